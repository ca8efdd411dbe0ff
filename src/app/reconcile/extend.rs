//! Data extension: values of properties for things that were matched.

use super::super::KnowledgeGraph;
use super::properties::{Property, range_of};
use super::{Labels, TypeName};
use crate::store::Snapshot;
use oxigraph::model::vocab::xsd;
use oxigraph::model::{Literal, Term};
use std::collections::{BTreeMap, HashMap};

/// Things that can be asked about at once.
pub const MOST_THINGS: usize = 1_000;
/// Properties that can be asked for at once.
pub const MOST_PROPERTIES: usize = 64;

/// A property that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its id.
    pub property: String,
    /// How many values of each thing at most; 0 for all.
    pub limit: usize,
    /// How things among the values are written.
    pub content: Content,
    /// Only texts in this language, and those in none; empty for all.
    pub language: String,
}

/// How things among the values are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Content {
    /// As things, with id and name.
    #[default]
    Entity,
    /// By their names.
    Literal,
    /// By their ids.
    Id,
}

/// A property that was asked for, as the data has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnMeta {
    /// Its id, as it was asked for.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What its values are, if they are things of one class.
    pub class: Option<TypeName>,
}

/// A value of a property.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A thing, by id and name.
    Thing(String, String),
    /// A text.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// A number.
    Number(f64),
    /// True or false.
    Truth(bool),
    /// A moment, as ISO 8601 has it.
    Moment(String),
}

/// What the data says of some things.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Extension {
    /// The properties, in the order in which they were asked for.
    pub columns: Vec<ColumnMeta>,
    /// Of each thing the values of each property, in that order.
    pub rows: BTreeMap<String, Vec<Vec<Value>>>,
}

impl KnowledgeGraph {
    /// Looks up values. A thing or a property that the data does not have has none.
    ///
    /// Complexity: **O(n m)** lookups for `n` things and `m` properties.
    pub fn extend(&self, snapshot: &Snapshot, ids: &[String], columns: &[Column]) -> Extension {
        let spaces = self.spaces_of(snapshot);
        let labels = Labels::new(snapshot, &spaces);
        let properties: Vec<Option<Property>> = columns
            .iter()
            .map(|column| Property::find(snapshot, &spaces, &column.property))
            .collect();
        let meta = columns.iter().zip(&properties).map(|(column, property)| {
            let id = column.property.clone();
            match property {
                Some(property) => ColumnMeta {
                    id,
                    name: property.name.clone(),
                    class: range_of(snapshot, property)
                        .filter(|_| column.content == Content::Entity)
                        .map(|class| TypeName {
                            name: labels.label(&class),
                            id: spaces.id_of_term(&class),
                        }),
                },
                None => ColumnMeta {
                    name: id.clone(),
                    id,
                    class: None,
                },
            }
        });
        let meta = meta.collect();
        let mut rows = BTreeMap::new();
        let mut written: HashMap<Term, Value> = HashMap::new();
        for id in ids {
            let node = spaces.entity(id);
            let row = columns
                .iter()
                .zip(&properties)
                .map(|(column, property)| {
                    let (Some(node), Some(property)) = (&node, property) else {
                        return Vec::new();
                    };
                    let mut values: Vec<Value> = Vec::new();
                    for term in property.values(snapshot, node) {
                        let value = match term {
                            Term::Literal(literal) => {
                                if !speaks(&literal, &column.language) {
                                    continue;
                                }
                                value_of(&literal)
                            }
                            Term::NamedNode(node) if column.content == Content::Id => {
                                Value::Text(spaces.id_of(&node))
                            }
                            Term::NamedNode(node) => {
                                let value = written
                                    .entry(node.clone().into())
                                    .or_insert_with(|| {
                                        Value::Thing(spaces.id_of(&node), labels.label(&node))
                                    })
                                    .clone();
                                match (value, column.content) {
                                    (Value::Thing(_, name), Content::Literal) => Value::Text(name),
                                    (value, _) => value,
                                }
                            }
                            _ => continue,
                        };
                        if !values.contains(&value) {
                            values.push(value);
                        }
                        if column.limit > 0 && values.len() >= column.limit {
                            break;
                        }
                    }
                    values
                })
                .collect();
            rows.insert(id.clone(), row);
        }
        Extension {
            columns: meta,
            rows,
        }
    }
}

fn speaks(literal: &Literal, language: &str) -> bool {
    let Some(tag) = literal.language().filter(|_| !language.is_empty()) else {
        return true;
    };
    tag.get(..language.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(language))
        && matches!(tag.as_bytes().get(language.len()), None | Some(b'-'))
}

fn value_of(literal: &Literal) -> Value {
    let text = literal.value();
    let plain = || Value::Text(text.to_owned());
    let datatype = literal.datatype();
    if datatype == xsd::BOOLEAN {
        return match text {
            "true" | "1" => Value::Truth(true),
            "false" | "0" => Value::Truth(false),
            _ => plain(),
        };
    }
    if datatype == xsd::DATE {
        // Clients want a moment; a day is its midnight in no particular place.
        let day = text.get(..10).filter(|_| text.len() == 10);
        return day.map_or_else(plain, |day| moment(format!("{day}T00:00:00Z"), text));
    }
    if datatype == xsd::DATE_TIME {
        return moment(text.to_owned(), text);
    }
    let is_number = [xsd::DECIMAL, xsd::DOUBLE, xsd::FLOAT].contains(&datatype);
    if is_number {
        return match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Value::Number(number),
            _ => plain(),
        };
    }
    let name = datatype.as_str();
    let is_whole = name
        .strip_prefix("http://www.w3.org/2001/XMLSchema#")
        .is_some_and(|name| {
            matches!(
                name,
                "integer"
                    | "int"
                    | "long"
                    | "short"
                    | "byte"
                    | "nonNegativeInteger"
                    | "positiveInteger"
                    | "unsignedInt"
                    | "unsignedLong"
                    | "gYear"
            )
        });
    if is_whole {
        return text.parse().map_or_else(|_| plain(), Value::Whole);
    }
    plain()
}

/// A moment, if it is written as clients expect it; otherwise the text.
fn moment(written: String, text: &str) -> Value {
    let bytes = written.as_bytes();
    let digits = |range: std::ops::Range<usize>| {
        bytes
            .get(range)
            .is_some_and(|part| part.iter().all(u8::is_ascii_digit))
    };
    let is_at = |at: usize, byte: u8| bytes.get(at) == Some(&byte);
    let is_moment = digits(0..4)
        && is_at(4, b'-')
        && digits(5..7)
        && is_at(7, b'-')
        && digits(8..10)
        && is_at(10, b'T')
        && digits(11..13)
        && is_at(13, b':')
        && digits(14..16)
        && is_at(16, b':')
        && digits(17..19);
    let rest = written.get(19..).unwrap_or_default();
    let zone = rest.find(['Z', '+', '-']).unwrap_or(rest.len());
    let (fraction, zone) = rest.split_at(zone);
    let is_fraction = fraction.is_empty()
        || fraction
            .strip_prefix('.')
            .is_some_and(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    let is_zone = zone.is_empty() || zone == "Z" || zone.len() == 6;
    if is_moment && is_fraction && is_zone {
        Value::Moment(written)
    } else {
        Value::Text(text.to_owned())
    }
}
