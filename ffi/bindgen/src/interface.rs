//! The interface as text: one line for each thing that an app can name, in an order of their names,
//! so that a difference says what became different. Docs are not in it.

use uniffi_meta::{
    DefaultValueMetadata, EnumShape, FieldMetadata, FnParamMetadata, LiteralMetadata, Metadata,
    Type,
};

/// What a doc must not hold: it would end, or begin, a comment of Kotlin and Swift.
const COMMENT_MARKS: [&str; 2] = ["/*", "*/"];

/// The text, or a sentence about what is wrong with the interface.
pub(crate) fn text(items: Vec<Metadata>) -> Result<String, String> {
    let mut lines = Vec::new();
    for item in items {
        check_docs(&item)?;
        lines.extend(lines_of(item));
    }
    lines.sort();
    lines.dedup();
    Ok(lines.join("\n") + "\n")
}

/// UniFFI 0.32 writes docs into block comments as they are.
fn check_docs(item: &Metadata) -> Result<(), String> {
    let said = format!("{item:?}");
    match COMMENT_MARKS.iter().find(|mark| said.contains(*mark)) {
        Some(mark) => Err(format!("a doc or a default of this holds `{mark}`: {said}")),
        None => Ok(()),
    }
}

fn lines_of(item: Metadata) -> Vec<String> {
    match item {
        Metadata::Func(f) => {
            vec![callable("fn", &f.name, f.is_async, &f.inputs, f.return_type, f.throws)]
        }
        Metadata::Constructor(c) => {
            let name = format!("{}::{}", c.self_name, c.name);
            vec![callable("constructor", &name, c.is_async, &c.inputs, None, c.throws)]
        }
        Metadata::Method(m) => {
            let name = format!("{}::{}", m.self_name, m.name);
            vec![callable("method", &name, m.is_async, &m.inputs, m.return_type, m.throws)]
        }
        Metadata::TraitMethod(m) => {
            let name = format!("{}::{}", m.trait_name, m.name);
            vec![callable("foreign", &name, m.is_async, &m.inputs, m.return_type, m.throws)]
        }
        Metadata::Object(object) => vec![format!("object {} {:?}", object.name, object.imp)],
        Metadata::Record(record) => {
            let mut lines = vec![format!("record {}", record.name)];
            lines.extend(fields(&record.name, &record.fields));
            lines
        }
        Metadata::Enum(item) => {
            let is_error = matches!(item.shape, EnumShape::Error { .. });
            let what = if is_error { "error" } else { "enum" };
            let mut lines = Vec::new();
            for (at, variant) in item.variants.iter().enumerate() {
                let name = format!("{}::{}", item.name, variant.name);
                lines.push(format!("{what} {name} = {at}"));
                lines.extend(fields(&name, &variant.fields));
            }
            lines
        }
        Metadata::CallbackInterface(callback) => vec![format!("callback {}", callback.name)],
        Metadata::Namespace(_) | Metadata::UdlFile(_) => Vec::new(),
        other => vec![format!("{other:?}")],
    }
}

/// `method Notebook::edit(entry: EntryId, base: Version? = none) async -> EntryRow throws Error`
fn callable(
    what: &str,
    name: &str,
    is_async: bool,
    inputs: &[FnParamMetadata],
    returns: Option<Type>,
    throws: Option<Type>,
) -> String {
    let input = |input: &FnParamMetadata| {
        format!("{}: {}{}", input.name, type_name(&input.ty), default(input.default.as_ref()))
    };
    let inputs: Vec<String> = inputs.iter().map(input).collect();
    let waits = if is_async { " async" } else { "" };
    let returns = returns.map_or(String::new(), |ty| format!(" -> {}", type_name(&ty)));
    let throws = throws.map_or(String::new(), |ty| format!(" throws {}", type_name(&ty)));
    format!("{what} {name}({}){waits}{returns}{throws}", inputs.join(", "))
}

/// Fields count by their place, so the place is said.
fn fields(of: &str, fields: &[FieldMetadata]) -> Vec<String> {
    let field = |(at, field): (usize, &FieldMetadata)| {
        let default = default(field.default.as_ref());
        format!("field {of}.{at:02} {}: {}{default}", field.name, type_name(&field.ty))
    };
    fields.iter().enumerate().map(field).collect()
}

fn default(value: Option<&DefaultValueMetadata>) -> String {
    match value {
        None => String::new(),
        Some(DefaultValueMetadata::Default) => " = its own".into(),
        Some(DefaultValueMetadata::Literal(LiteralMetadata::None)) => " = none".into(),
        Some(DefaultValueMetadata::Literal(LiteralMetadata::Boolean(value))) => {
            format!(" = {value}")
        }
        Some(DefaultValueMetadata::Literal(LiteralMetadata::UInt(value, ..))) => {
            format!(" = {value}")
        }
        Some(DefaultValueMetadata::Literal(other)) => format!(" = {other:?}"),
    }
}

fn type_name(ty: &Type) -> String {
    match ty {
        Type::Object { name, .. }
        | Type::Record { name, .. }
        | Type::Enum { name, .. }
        | Type::CallbackInterface { name, .. } => name.clone(),
        Type::Optional { inner_type } => format!("{}?", type_name(inner_type)),
        Type::Sequence { inner_type } => format!("[{}]", type_name(inner_type)),
        other => format!("{other:?}").to_lowercase(),
    }
}
