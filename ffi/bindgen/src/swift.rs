//! UniFFI's generator for Apple's build: sources, headers and module map apart.

fn main() {
    uniffi::uniffi_bindgen_swift();
}
