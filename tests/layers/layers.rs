//! Which crate may depend on which, and which module may name what.

use crate::Violation;
use crate::packages::Workspace;
use crate::source::{Named, Source};

/// Where the engine's modules lie.
pub(crate) const ENGINE: &str = "core/engine/src";

/// One crate's place in the house.
struct Layer {
    package: &'static str,
    /// The members it may depend on; `None` allows all.
    ours: Option<&'static [&'static str]>,
    /// What it never links, by package name.
    never: &'static [&'static [&'static str]],
}

/// Ciphers and key encapsulations.
const CIPHERS: &[&str] = &[
    "aead",
    "aes",
    "aes-gcm",
    "aes-gcm-siv",
    "age",
    "chacha20",
    "chacha20poly1305",
    "crypto_box",
    "crypto_secretbox",
    "hpke",
    "ml-kem",
    "openmls",
    "orion",
    "snow",
    "sodiumoxide",
    "vodozemac",
    "x-wing",
    "x25519-dalek",
    "xsalsa20poly1305",
];
const DOCUMENTS: &[&str] = &["automerge", "hexane", "loro", "yrs"];
const DEVICE: &[&str] = &[
    "async-std",
    "mio",
    "quinn",
    "quinn-proto",
    "quinn-udp",
    "rusqlite",
    "rustls",
    "smol",
    "socket2",
    "tempfile",
    "tokio",
];
const RANDOMNESS: &[&str] = &["fastrand", "getrandom", "rand"];
const BINDINGS: &[&str] = &["uniffi"];
/// What makes bindings, and would come along into every app.
const GENERATORS: &[&str] = &["clap", "couplet-bindgen", "uniffi_bindgen"];
const OURS_WITH_WORDS: &[&str] = &["couplet-engine", "couplet"];

const LAYERS: &[Layer] = &[
    Layer {
        package: "couplet-proto",
        ours: Some(&[]),
        never: &[DOCUMENTS, CIPHERS, DEVICE, RANDOMNESS, BINDINGS, OURS_WITH_WORDS],
    },
    Layer {
        package: "couplet-relay",
        ours: Some(&["couplet-proto"]),
        never: &[DOCUMENTS, CIPHERS, BINDINGS, OURS_WITH_WORDS],
    },
    Layer {
        package: "couplet-engine",
        ours: Some(&["couplet-proto"]),
        never: &[DEVICE, RANDOMNESS, BINDINGS],
    },
    Layer {
        package: "couplet",
        ours: Some(&["couplet-engine", "couplet-proto"]),
        never: &[BINDINGS],
    },
    Layer { package: "couplet-ffi", ours: Some(&["couplet"]), never: &[GENERATORS] },
    Layer { package: "couplet-bindgen", ours: Some(&[]), never: &[] },
    Layer { package: "couplet-terminal", ours: None, never: &[] },
    Layer { package: "couplet-tests", ours: None, never: &[] },
];

/// What a pure crate never names: whole paths, and everything beneath them.
const IMPURE: &[(&str, &str)] = &[
    ("std::fs", "files are the shells'"),
    ("std::net", "sockets are the shells'; an address is core::net"),
    ("std::env", "configuration is an argument"),
    ("std::process", "a pure crate starts and ends nothing"),
    ("std::thread", "a pure crate runs on its caller's thread"),
    ("Instant::now", "time is an argument"),
    ("SystemTime::now", "time is an argument"),
    ("getrandom", "randomness is an argument"),
    ("rand", "randomness is an argument"),
    ("tokio", "the runtime is the shells'"),
    ("quinn", "the network is the shells'"),
    ("quinn_proto", "the network is the shells'"),
    ("rustls", "the network is the shells'"),
    ("rusqlite", "the store is the shells'"),
    ("uniffi", "bindings are made in ffi"),
];

/// What only some modules of the engine name: the crates, the modules, the rule.
const OWNED: &[(&[&str], &[&str], &str)] = &[
    (&["automerge"], &["document"], "only `document` names automerge"),
    (
        &["ed25519_dalek", "x25519_dalek", "hpke", "chacha20poly1305", "aead", "hkdf"],
        &["keys", "seal", "pairing", "membership"],
        "only `keys`, `seal`, `pairing` and `membership` name cryptography",
    ),
    (
        &["sha2"],
        &["keys", "seal", "pairing", "membership", "document"],
        "only `keys`, `seal`, `pairing`, `membership` and, for the hash of a change, `document` \
         name sha2",
    ),
];

/// Key prefixes of the document, beside those that `notebook/schema` itself spells.
const KEY_PREFIXES: &[&str] = &["part/", "claim/", "words/"];

/// Checks every member's dependencies against the table.
pub(crate) fn manifests(workspace: &Workspace) -> Vec<Violation> {
    let members: Vec<&str> = workspace.packages.iter().map(|p| p.name.as_str()).collect();
    let mut violations = Vec::new();
    for package in &workspace.packages {
        let Some(layer) = LAYERS.iter().find(|layer| layer.package == package.name) else {
            continue;
        };
        for dependency in &package.depends {
            let name = dependency.name.as_str();
            let place = format!("{}:{}", package.manifest, dependency.line);
            let found = format!("{} depends on {name}", package.name);
            if let Some(ours) = layer.ours
                && members.contains(&name)
                && !ours.contains(&name)
            {
                let rule = format!("of ours it may depend on {ours:?} alone");
                violations.push(Violation::new(&place, &found, &rule));
            }
            if !dependency.is_dev && layer.never.iter().any(|never| never.contains(&name)) {
                let rule = "its layer never links that";
                violations.push(Violation::new(&place, &found, rule));
            }
            let is_cipher_feature = |feature: &String| feature.contains("sqlcipher");
            if layer.package == "couplet-relay" && dependency.features.iter().any(is_cipher_feature)
            {
                let rule = "the relay's store is plain SQLite; it holds nothing to hide";
                violations.push(Violation::new(&place, &found, rule));
            }
        }
    }
    violations
}

/// Checks what a crate really links, through however many others.
pub(crate) fn linked(package: &str, linked: &[String]) -> Vec<Violation> {
    let never = LAYERS.iter().find(|layer| layer.package == package).map_or(&[][..], |l| l.never);
    linked
        .iter()
        .filter(|name| never.iter().any(|never| never.contains(&name.as_str())))
        .filter(|name| package == "couplet-proto" || !SHARED_WITH_TLS.contains(&name.as_str()))
        .map(|name| {
            let place = format!("cargo tree -p {package} -e normal");
            Violation::new(place, format!("links {name}"), "a blind crate links nothing that reads")
        })
        .collect()
}

/// Stream ciphers that random number generators are made of; no content cipher without `aead`.
const SHARED_WITH_TLS: &[&str] = &["aes", "chacha20"];

/// Checks that a file of a pure crate names nothing of a device.
pub(crate) fn purity(source: &Source) -> Vec<Violation> {
    let mut violations = Vec::new();
    for Named { line, path } in source.names() {
        for (impure, why) in IMPURE {
            if is_at_or_beneath(&path, impure) || path.ends_with(&format!("::{impure}")) {
                let place = format!("{}:{line}", source.path);
                violations.push(Violation::new(place, format!("names {path}"), why));
                break;
            }
        }
    }
    violations
}

/// Checks that a file of the engine names no crate that belongs to another module.
pub(crate) fn owned_crates(source: &Source) -> Vec<Violation> {
    let module = module_of(&source.path);
    let mut violations = Vec::new();
    for Named { line, path } in source.names() {
        for (crates, modules, rule) in OWNED {
            let theirs = crates.iter().any(|owned| is_at_or_beneath(&path, owned));
            if theirs && !modules.contains(&module) {
                let place = format!("{}:{line}", source.path);
                violations.push(Violation::new(place, format!("names {path}"), rule));
            }
        }
    }
    violations
}

/// Checks that no file but the schema spells a key of the document.
pub(crate) fn owned_keys(sources: &[Source]) -> Vec<Violation> {
    let (schema, others): (Vec<_>, Vec<_>) =
        sources.iter().partition(|source| is_schema(&source.path));
    let spelled = schema.iter().flat_map(|source| &source.lines).flat_map(|line| &line.strings);
    let mut prefixes: Vec<&str> = spelled.filter_map(|text| key_prefix(text)).collect();
    prefixes.extend(KEY_PREFIXES);
    let mut violations = Vec::new();
    for source in others {
        for line in &source.lines {
            let keys = line
                .strings
                .iter()
                .filter(|text| key_prefix(text).is_some_and(|prefix| prefixes.contains(&prefix)));
            for key in keys {
                let place = format!("{}:{}", source.path, line.number);
                let rule = "only `notebook/schema` holds key strings of the document";
                violations.push(Violation::new(place, format!("spells {key:?}"), rule));
            }
        }
    }
    violations
}

/// `part/` of `part/{slot}`: lower-case letters and a slash, in a text without a blank.
fn key_prefix(text: &str) -> Option<&str> {
    let at = text.find('/')?;
    let is_word = at > 0 && text[..at].bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    (is_word && !text.contains(char::is_whitespace)).then(|| &text[..=at])
}

fn is_schema(path: &str) -> bool {
    path.ends_with("notebook/schema.rs") || path.contains("notebook/schema/")
}

/// `seal` of `core/engine/src/seal.rs`, `pairing` of `core/engine/src/pairing/link.rs`.
fn module_of(path: &str) -> &str {
    let inside = path.strip_prefix(ENGINE).map_or(path, |rest| rest.trim_start_matches('/'));
    let first = inside.split('/').next().unwrap_or(inside);
    first.strip_suffix(".rs").unwrap_or(first)
}

fn is_at_or_beneath(path: &str, above: &str) -> bool {
    path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packages::{Dependency, Package};

    fn engine(file: &str, text: &str) -> Source {
        Source::parse(&format!("{ENGINE}/{file}"), text)
    }

    #[test]
    fn a_broken_rule_says_where_and_which() {
        let source = engine("body.rs", "//! Bodies.\nuse std::{fmt, fs};\n");
        let said = purity(&source)[0].to_string();
        assert_eq!(
            said,
            "core/engine/src/body.rs:2: names std::fs; the rule: files are the shells'"
        );
    }

    #[test]
    fn clocks_are_found_in_every_spelling() {
        for text in
            ["let t = std::time::Instant::now();", "let t = SystemTime::now();", "Instant::now()"]
        {
            assert_eq!(purity(&engine("body.rs", text)).len(), 1, "{text}");
        }
        assert!(
            purity(&engine("body.rs", "use std::time::Instant;\nuse rand_core::Rng;")).is_empty()
        );
    }

    #[test]
    fn crates_are_named_by_their_owners_only() {
        let text = "use hpke::Kem;\nlet a = automerge::ROOT;";
        assert_eq!(owned_crates(&engine("keys.rs", text)).len(), 1);
        assert_eq!(owned_crates(&engine("document/guard.rs", text)).len(), 1);
        assert_eq!(owned_crates(&engine("replica.rs", text)).len(), 2);
        assert!(
            owned_crates(&engine("replica.rs", "self.keys::hpke; keys::hpke::seal()")).is_empty()
        );
    }

    #[test]
    fn keys_are_spelled_in_the_schema_only() {
        let schema = engine("notebook/schema.rs", "const M: &str = \"mood/\";");
        let law =
            engine("notebook/law.rs", "let a = \"mood/x\"; let b = \"part/y\"; let c = \"a/b\";");
        assert_eq!(owned_keys(&[schema, law]).len(), 2);
    }

    #[test]
    fn a_manifest_out_of_its_layer_is_found() {
        let depends = |name: &str, features: &[&str]| Dependency {
            name: name.to_owned(),
            line: 1,
            is_dev: false,
            features: features.iter().map(|f| (*f).to_owned()).collect(),
        };
        let package = |name: &str, depends| Package {
            name: name.to_owned(),
            directory: name.into(),
            manifest: format!("{name}/Cargo.toml"),
            depends,
            roots: Vec::new(),
        };
        let relay = vec![
            depends("couplet-proto", &[]),
            depends("couplet-engine", &[]),
            depends("rusqlite", &["bundled-sqlcipher"]),
        ];
        let engine = vec![depends("tokio", &[])];
        let workspace = Workspace {
            packages: vec![package("couplet-relay", relay), package("couplet-engine", engine)],
        };
        let violations = manifests(&workspace);
        assert_eq!(violations.len(), 4);
        assert!(violations[0].to_string().starts_with("couplet-relay/Cargo.toml:1: "));
        assert_eq!(linked("couplet-relay", &["serde".into(), "automerge".into()]).len(), 1);
    }
}
