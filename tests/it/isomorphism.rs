//! Equality of graphs, datasets and results up to the names of blank nodes.

use oxigraph::model::{NamedOrBlankNode, Term};
use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

/// A solution, a triple or a quad.
pub type Row = Vec<Option<Term>>;

/// Whether a renaming of blank nodes turns the rows of `left` into those of
/// `right`; in the same order if `ordered`, else as multisets.
pub fn isomorphic(left: &[Row], right: &[Row], ordered: bool) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let left: Vec<Flat> = left.iter().map(flatten).collect();
    let right: Vec<Flat> = right.iter().map(flatten).collect();
    let mut renaming = Renaming::default();
    if ordered {
        return left
            .iter()
            .zip(&right)
            .all(|(left, right)| renaming.unify(left, right).is_some());
    }
    let (left_colours, right_colours) = (colours(&left), colours(&right));
    let mut groups: HashMap<u64, (Vec<&Flat>, Vec<&Flat>)> = HashMap::new();
    for row in &left {
        let group = groups.entry(signature(row, &left_colours, None));
        group.or_default().0.push(row);
    }
    for row in &right {
        let group = groups.entry(signature(row, &right_colours, None));
        group.or_default().1.push(row);
    }
    if groups
        .values()
        .any(|(left, right)| left.len() != right.len())
    {
        return false;
    }
    // The smallest groups first: they leave the fewest choices.
    let mut groups: Vec<_> = groups.into_values().collect();
    groups.sort_by_key(|(left, _)| left.len());
    let mut open: Vec<(&Flat, usize)> = Vec::new();
    for (index, (left, _)) in groups.iter().enumerate() {
        open.extend(left.iter().map(|row| (*row, index)));
    }
    let mut choices: Vec<Vec<Option<&Flat>>> = groups
        .iter()
        .map(|(_, right)| right.iter().map(|row| Some(*row)).collect())
        .collect();
    assign(&open, &mut choices, &mut renaming)
}

/// A row as a sequence of fixed texts and blank nodes.
type Flat = Vec<Token>;

#[derive(Debug, PartialEq, Eq, Hash)]
enum Token {
    Fixed(String),
    Blank(String),
}

fn flatten(row: &Row) -> Flat {
    let mut tokens = Vec::new();
    for cell in row {
        match cell {
            Some(term) => flatten_term(term, &mut tokens),
            None => tokens.push(Token::Fixed(String::new())),
        }
    }
    tokens
}

fn flatten_term(term: &Term, tokens: &mut Flat) {
    match term {
        Term::BlankNode(node) => tokens.push(Token::Blank(node.as_str().to_owned())),
        Term::Triple(triple) => {
            tokens.push(Token::Fixed("<<(".to_owned()));
            match &triple.subject {
                NamedOrBlankNode::BlankNode(node) => {
                    tokens.push(Token::Blank(node.as_str().to_owned()));
                }
                NamedOrBlankNode::NamedNode(node) => tokens.push(Token::Fixed(node.to_string())),
            }
            tokens.push(Token::Fixed(triple.predicate.to_string()));
            flatten_term(&triple.object, tokens);
        }
        Term::NamedNode(node) => tokens.push(Token::Fixed(node.to_string())),
        Term::Literal(literal) => {
            // Language tags are compared without regard to case.
            let text = match literal.language() {
                Some(language) => literal.to_string().replace(
                    &format!("@{language}"),
                    &format!("@{}", language.to_lowercase()),
                ),
                None => literal.to_string(),
            };
            tokens.push(Token::Fixed(text));
        }
    }
}

/// A colour for each blank node, from the rows that it stands in: nodes that can
/// be told apart get different colours in most cases.
fn colours(rows: &[Flat]) -> HashMap<&str, u64> {
    let mut colours: HashMap<&str, u64> = HashMap::new();
    for token in rows.iter().flatten() {
        if let Token::Blank(name) = token {
            colours.insert(name, 0);
        }
    }
    for _ in 0..8 {
        let mut seen: HashMap<&str, Vec<u64>> = HashMap::new();
        for row in rows {
            for token in row {
                if let Token::Blank(name) = token {
                    let mark = signature(row, &colours, Some(name));
                    seen.entry(name).or_default().push(mark);
                }
            }
        }
        colours = seen
            .into_iter()
            .map(|(name, mut marks)| {
                marks.sort_unstable();
                (name, hash(&marks))
            })
            .collect();
    }
    colours
}

/// What a row looks like if blank nodes are known by their colours only, and
/// `marked` by its own.
fn signature(row: &Flat, colours: &HashMap<&str, u64>, marked: Option<&str>) -> u64 {
    let parts: Vec<(Option<&str>, u64)> = row
        .iter()
        .map(|token| match token {
            Token::Fixed(text) => (Some(text.as_str()), 0),
            Token::Blank(name) if marked == Some(name) => (None, 1),
            Token::Blank(name) => (
                None,
                colours.get(name.as_str()).copied().unwrap_or_default(),
            ),
        })
        .collect();
    hash(&parts)
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Which blank node of one side stands for which of the other.
#[derive(Default)]
struct Renaming {
    forth: HashMap<String, String>,
    back: HashMap<String, String>,
}

impl Renaming {
    /// Extends the renaming so that it turns one row into the other; gives the
    /// nodes that were added, or `None` (and nothing changed) if it cannot.
    fn unify(&mut self, left: &Flat, right: &Flat) -> Option<Vec<(String, String)>> {
        let mut added: Vec<(String, String)> = Vec::new();
        let mut fits = left.len() == right.len();
        for (left, right) in left.iter().zip(right) {
            fits = fits
                && match (left, right) {
                    (Token::Fixed(left), Token::Fixed(right)) => left == right,
                    (Token::Blank(left), Token::Blank(right)) => {
                        match (self.forth.get(left), self.back.get(right)) {
                            (Some(known), _) => known == right,
                            (None, Some(_)) => false,
                            (None, None) => {
                                self.forth.insert(left.clone(), right.clone());
                                self.back.insert(right.clone(), left.clone());
                                added.push((left.clone(), right.clone()));
                                true
                            }
                        }
                    }
                    _ => false,
                };
        }
        if fits {
            return Some(added);
        }
        self.undo(added);
        None
    }

    fn undo(&mut self, added: Vec<(String, String)>) {
        for (left, right) in added {
            self.forth.remove(&left);
            self.back.remove(&right);
        }
    }
}

/// Finds a partner for each open row, going back where a choice was wrong.
fn assign(
    open: &[(&Flat, usize)],
    choices: &mut [Vec<Option<&Flat>>],
    renaming: &mut Renaming,
) -> bool {
    let Some((&(row, group), rest)) = open.split_first() else {
        return true;
    };
    for index in 0..choices[group].len() {
        let Some(candidate) = choices[group][index] else {
            continue;
        };
        let Some(added) = renaming.unify(row, candidate) else {
            continue;
        };
        choices[group][index] = None;
        if assign(rest, choices, renaming) {
            return true;
        }
        choices[group][index] = Some(candidate);
        // A row without unnamed nodes fits any equal one just as well.
        if added.is_empty() {
            return false;
        }
        renaming.undo(added);
    }
    false
}

#[cfg(test)]
mod tests {
    use super::{Row, isomorphic};
    use oxigraph::io::{RdfFormat, RdfParser};

    fn rows(turtle: &str) -> Vec<Row> {
        RdfParser::from_format(RdfFormat::Turtle)
            .for_slice(turtle.as_bytes())
            .map(|quad| {
                let quad = quad.expect("the example is Turtle");
                vec![
                    Some(quad.subject.into()),
                    Some(quad.predicate.into()),
                    Some(quad.object),
                ]
            })
            .collect()
    }

    #[test]
    fn names_of_blank_nodes_do_not_matter_but_their_places_do() {
        let ring = "_:a <p:> _:b . _:b <p:> _:c . _:c <p:> _:a .";
        let same = "_:z <p:> _:x . _:y <p:> _:z . _:x <p:> _:y .";
        let other = "_:a <p:> _:b . _:b <p:> _:a . _:c <p:> _:c .";
        assert!(isomorphic(&rows(ring), &rows(same), false));
        assert!(!isomorphic(&rows(ring), &rows(other), false));
    }

    #[test]
    fn two_rings_of_three_are_not_one_of_six() {
        let six = "_:a <p:> _:b . _:b <p:> _:c . _:c <p:> _:d . _:d <p:> _:e . _:e <p:> _:f . _:f <p:> _:a .";
        let three = "_:a <p:> _:b . _:b <p:> _:c . _:c <p:> _:a . _:d <p:> _:e . _:e <p:> _:f . _:f <p:> _:d .";
        assert!(!isomorphic(&rows(six), &rows(three), false));
        assert!(isomorphic(&rows(three), &rows(three), false));
    }

    #[test]
    fn order_matters_only_where_it_is_asked_for() {
        let (left, right) = (rows("<a:> <p:> 1, 2 ."), rows("<a:> <p:> 2, 1 ."));
        assert!(isomorphic(&left, &right, false));
        assert!(!isomorphic(&left, &right, true));
    }
}
