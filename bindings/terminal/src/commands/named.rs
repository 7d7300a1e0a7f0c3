//! Whose something is, by name, in what programs are given: beside every number of a person.

use serde_json::{Value, json};

use super::entries::Names;

/// Puts names beside the numbers of persons: `by_name` beside `by`, and so on.
pub(super) fn with_names(mut value: Value, names: &Names) -> Value {
    name(&mut value, names);
    value
}

fn name(value: &mut Value, names: &Names) {
    match value {
        Value::Array(all) => all.iter_mut().for_each(|one| name(one, names)),
        Value::Object(fields) => {
            fields.values_mut().for_each(|field| name(field, names));
            for of in PERSONS {
                let named = fields.get(of).and_then(|said| named(said, names));
                if let Some(named) = named {
                    fields.insert(format!("{of}_name"), named);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The name of one, or the names of several; nothing where that is no person.
fn named(said: &Value, names: &Names) -> Option<Value> {
    match said {
        Value::Array(all) => all.iter().map(|one| named(one, names)).collect(),
        said => {
            let at = usize::try_from(said.as_u64()?).ok()?;
            Some(json!(names.get(at)?))
        }
    }
}

/// The fields that hold a person's number, or several.
const PERSONS: [&str; 8] = [
    "by",
    "owners",
    "done_by",
    "resurfaced_by",
    "asked_again",
    "had_said_yes",
    "chose_another",
    "does_not_open",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_beside_every_number_of_a_person_and_nowhere_else() {
        let names = [Some("Ana".to_owned()), None];
        let said = json!({
            "text": "by", "rev": 1, "trash": { "by": 0, "resurfaced_by": [0, 1] },
            "facts": [{ "asked_again": 1 }, { "also_said": ["x", "partly"] }], "by": null,
        });
        let named = json!({
            "text": "by", "rev": 1,
            "trash": {
                "by": 0, "by_name": "Ana",
                "resurfaced_by": [0, 1], "resurfaced_by_name": ["Ana", null],
            },
            "facts": [
                { "asked_again": 1, "asked_again_name": null },
                { "also_said": ["x", "partly"] },
            ],
            "by": null,
        });
        assert_eq!(with_names(said, &names), named);
    }
}
