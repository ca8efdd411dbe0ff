//! Things whose names resemble a text: what may be meant, though words are missing, cut short,
//! mistyped or too many.
//!
//! [`Snapshot::search`] finds the labels that have *all* words of a text. Whoever matches a table
//! against the data has names of other hands instead: with a legal form or without, abbreviated,
//! cut off at forty letters. Here a label is found by *some* of its words, rare ones counting
//! more, and what is found is a list of candidates for a closer look, not a judgement.

use super::{
    Candidates, Find, Folder, LONGEST_QUERY, MatchKind, Snapshot, StoreError, TextError,
    TextFields, TextIndex, TextQuery, WORDS_OF_A_QUERY, Watch,
};
use crate::rdf::{TermId, node_of_term};
use crate::store::index::GraphScope;
use crate::store::query::Limits;
use oxigraph::model::vocab::rdf;
use oxigraph::model::{Literal, NamedNode, NamedOrBlankNode, Term};
use std::collections::HashSet;
use std::sync::Arc;

/// Words that begin with one that is looked for are too many to say anything beyond this.
const MOST_BEGINNINGS: u32 = 512;
/// What share of the weight of what is looked for a label must have. Not of the best label's: that
/// may be one that the reader does not see.
const WORTH_A_LOOK: f32 = 0.25;
/// Labels that are looked at for each thing that is wanted: several may belong to one thing, and
/// some to nothing that the reader may see.
const LABELS_PER_THING: usize = 4;
/// What a name and its initials are worth to each other.
const WORTH_OF_INITIALS: f32 = 0.5;
/// Initials that are looked for as a word.
const INITIALS: std::ops::RangeInclusive<usize> = 3..=10;
/// Words of so few letters are mostly articles and prepositions, which initials leave out.
const SMALL_WORD: u8 = 3;

/// A thing whose name resembles a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Resembling {
    /// The thing.
    pub subject: NamedOrBlankNode,
    /// The name that resembles it most.
    pub label: Literal,
    /// How much of both is the same, above 0 and up to 1; rough.
    pub rank: f64,
}

/// The words of a text as search compares them: case folded, without diacritics, compatibility
/// forms resolved.
///
/// Complexity: one pass.
pub fn folded_words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    Folder::default().words(text, |word| words.push(word.to_owned()));
    words
}

impl TextQuery {
    /// Takes a name apart. One that is too long is cut, as names in tables are.
    ///
    /// # Errors
    /// [`TextError::NoWords`] if it has no letter and no digit.
    pub fn of_name(text: &str) -> Result<Self, TextError> {
        let cut: String = text.chars().take(LONGEST_QUERY).collect();
        let mut words = folded_words(&cut);
        words.truncate(WORDS_OF_A_QUERY);
        if words.is_empty() {
            return Err(TextError::NoWords(text.to_owned()));
        }
        Ok(Self {
            words,
            is_fuzzy: true,
        })
    }
}

/// Which things are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OfTypes {
    /// Classes; none means that any thing is.
    pub types: Vec<NamedNode>,
    /// Whether a thing must be of all of them, or of one.
    pub is_all: bool,
}

/// How much finding a word says: one more each time it is half as frequent. Whole steps, so that
/// what a reader does not see hardly moves it.
fn weight(texts: usize, frequency: usize) -> f32 {
    ((texts / frequency.max(1)).max(1).ilog2() + 1) as f32
}

/// Initials as a number; `None` if they are too few, too many, or no plain letters.
fn packed(initials: impl Iterator<Item = char>) -> Option<u64> {
    let (mut key, mut count) = (0_u64, 0);
    for c in initials {
        let code = match c {
            'a'..='z' => u32::from(c) - u32::from('a') + 1,
            '0'..='9' => u32::from(c) - u32::from('0') + 27,
            _ => return None,
        };
        count += 1;
        if count > *INITIALS.end() {
            return None;
        }
        key = key << 6 | u64::from(code);
    }
    INITIALS.contains(&count).then_some(key)
}

impl TextIndex {
    /// The initials of each text, sorted: of all its words, and of those that are not small.
    fn initials(&self) -> &[(u64, u32)] {
        self.initials.get_or_init(|| {
            let mut found = Vec::new();
            for text in 0..self.texts.len() {
                let words = self.words_of(text);
                let first = |word: &u32| self.word(*word).chars().next().unwrap_or(' ');
                let all = packed(words.iter().map(first));
                let is_large = |word: &&u32| self.marks[**word as usize].1 > SMALL_WORD;
                let large = packed(words.iter().filter(is_large).map(first));
                found.extend(all.map(|key| (key, text as u32)));
                found.extend(
                    large
                        .filter(|key| Some(*key) != all)
                        .map(|key| (key, text as u32)),
                );
            }
            found.sort_unstable();
            found.shrink_to_fit();
            found
        })
    }

    fn exactly(&self, word: &str) -> Option<u32> {
        let low = self.boundary(0, |known| known < word);
        ((low as usize) < self.ends.len() && self.word(low) == word).then_some(low)
    }

    /// The words that one that is looked for may stand for, with how well they fit, the best first.
    fn likenesses(&self, word: &str, candidates: &Candidates) -> Vec<(u32, f32)> {
        let mut found = Vec::new();
        if let Some(exact) = candidates.exact {
            found.push((exact, 1.0));
        }
        let prefixes = &candidates.prefixes;
        let is_cut = candidates.exact.is_none() || candidates.is_last;
        if is_cut && candidates.letters >= 3 && prefixes.len() as u32 <= MOST_BEGINNINGS {
            for other in prefixes.clone().filter(|w| Some(*w) != candidates.exact) {
                let letters = f32::from(self.marks[other as usize].1).max(1.0);
                let share = candidates.letters as f32 / letters;
                found.push((other, 0.5 + 0.4 * share.min(1.0)));
            }
        }
        found.extend(
            candidates
                .near
                .iter()
                .map(|(other, quality)| (*other, 0.9 * *quality as f32)),
        );
        if candidates.exact.is_none() {
            // The label may be the one that is cut.
            for (letters, (end, _)) in word.char_indices().enumerate().skip(4) {
                let share = letters as f32 / candidates.letters as f32;
                if share >= 0.6
                    && let Some(other) = self.exactly(&word[..end])
                {
                    found.push((other, 0.8 * share));
                }
            }
        }
        found.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        found
    }

    /// Texts that have some of the words, each with how much of both sides is the same: all that
    /// are worth a look, in no order.
    ///
    /// Complexity: **O(v + p + n)** for `v` words, `p` places where a word stands and `n` texts.
    fn resembling(
        &self,
        query: &TextQuery,
        watch: &mut Watch<'_>,
    ) -> Result<Vec<(u32, f32)>, StoreError> {
        let texts = self.texts.len();
        if texts == 0 {
            return Ok(Vec::new());
        }
        let mut gathered = vec![0_f32; texts];
        let mut seen = vec![0_u8; texts];
        let mut touched: Vec<u32> = Vec::new();
        let mut total = 0.0;
        let last = query.words.len().saturating_sub(1);
        for (position, word) in query.words.iter().enumerate() {
            let candidates = self.candidates(word, position == last, query.is_fuzzy);
            let likenesses = self.likenesses(word, &candidates);
            let known = likenesses.first().map_or(1, |(word, quality)| {
                if *quality > 0.7 {
                    self.texts_of(*word).len()
                } else {
                    1
                }
            });
            total += weight(texts, known);
            let stamp = position as u8 + 1;
            for (other, quality) in likenesses {
                let postings = self.texts_of(other);
                let worth = quality * weight(texts, postings.len());
                for &text in postings {
                    watch.look()?;
                    let at = text as usize;
                    if seen[at] == stamp {
                        continue;
                    }
                    if gathered[at] == 0.0 {
                        touched.push(text);
                    }
                    seen[at] = stamp;
                    gathered[at] += worth;
                }
            }
        }
        // Two words that others write as one.
        for pair in query.words.windows(2) {
            if let [left, right] = pair
                && left.len() > 1
                && right.len() > 1
                && let Some(joined) = self.exactly(&format!("{left}{right}"))
            {
                let postings = self.texts_of(joined);
                let worth = 2.0 * weight(texts, postings.len());
                for &text in postings {
                    let at = text as usize;
                    if gathered[at] == 0.0 {
                        touched.push(text);
                    }
                    gathered[at] += worth;
                }
            }
        }
        touched.retain(|text| gathered[*text as usize] >= WORTH_A_LOOK * total);
        let mut found = Vec::with_capacity(touched.len());
        for text in touched {
            watch.look()?;
            let all: f32 = self
                .words_of(text as usize)
                .iter()
                .map(|word| weight(texts, self.texts_of(*word).len()))
                .sum();
            let matched = gathered[text as usize];
            let of_query = (matched / total.max(1.0)).min(1.0);
            let of_text = (matched / all.max(1.0)).min(1.0);
            found.push((text, 0.65 * of_query + 0.35 * of_text));
        }
        self.add_initials(query, &mut found);
        Ok(found)
    }

    /// Names whose initials the query is, and texts that are the initials of the query.
    fn add_initials(&self, query: &TextQuery, found: &mut Vec<(u32, f32)>) {
        if let [word] = query.words.as_slice()
            && let Some(key) = packed(word.chars())
        {
            let all = self.initials();
            let start = all.partition_point(|(known, _)| *known < key);
            found.extend(
                all.get(start..)
                    .unwrap_or_default()
                    .iter()
                    .take_while(|(known, _)| *known == key)
                    .map(|(_, text)| (*text, WORTH_OF_INITIALS)),
            );
        }
        if query.words.len() < *INITIALS.start() {
            return;
        }
        let first = |word: &String| word.chars().next();
        let is_large = |word: &&String| word.chars().count() > usize::from(SMALL_WORD);
        let all: String = query.words.iter().filter_map(first).collect();
        let large: String = query
            .words
            .iter()
            .filter(is_large)
            .filter_map(first)
            .collect();
        let both = if all == large {
            vec![all]
        } else {
            vec![all, large]
        };
        for initials in &both {
            if !INITIALS.contains(&initials.chars().count()) {
                continue;
            }
            if let Some(word) = self.exactly(initials) {
                let short = self.texts_of(word).iter().copied();
                let short = short.filter(|text| self.words_of(*text as usize).len() <= 2);
                found.extend(short.map(|text| (text, WORTH_OF_INITIALS)));
            }
        }
    }
}

impl Snapshot {
    /// Things whose names resemble a text, at most so many, the likeliest first: a rough choice for
    /// a closer look. Only statements that this snapshot shows are found.
    ///
    /// A name is found by words that are the same, begin alike (`Fund.` for `Fundación`), are a
    /// typing error or two away, or are written as one; rare words count more. A single word is
    /// also found as the initials of a name, and a name by its initials.
    ///
    /// # Errors
    /// [`StoreError`] if time is over, or a term is damaged.
    ///
    /// # Complexity
    /// **O(v + p + n)** for `v` words (a glance at each for typing errors), `p` places where words
    /// stand that fit, and `n` names. The first call over a base reads all its labels.
    pub fn resembling(
        &self,
        fields: &Arc<TextFields>,
        query: &TextQuery,
        wanted: &OfTypes,
        most: usize,
        limits: &Limits,
    ) -> Result<Vec<Resembling>, StoreError> {
        let mut buffer = Vec::new();
        let (properties, [base, delta]) = self.text_indexes(fields);
        let mut types = Vec::with_capacity(wanted.types.len());
        for class in &wanted.types {
            match self.dictionary.find(class.as_ref().into(), &mut buffer) {
                Some(class) => types.push(class),
                None if wanted.is_all => return Ok(Vec::new()),
                None => {}
            }
        }
        let rdf_type = self.dictionary.find(rdf::TYPE.into(), &mut buffer);
        if !wanted.types.is_empty() && (types.is_empty() || rdf_type.is_none()) {
            return Ok(Vec::new());
        }
        let is_wanted = |subject: TermId| {
            let is_a = |class: &TermId| {
                let pattern = [Some(subject), rdf_type, Some(*class)];
                self.scan(pattern, GraphScope::All).next().is_some()
            };
            types.is_empty()
                || if wanted.is_all {
                    types.iter().all(is_a)
                } else {
                    types.iter().any(is_a)
                }
        };

        let mut watch = Watch { limits, steps: 0 };
        let mut labels: Vec<(f32, TermId, u32)> = Vec::new();
        for index in [&base, &delta] {
            for (text, rank) in index.resembling(query, &mut watch)? {
                let text = &index.texts[text as usize];
                labels.push((rank, text.literal, text.fields));
            }
        }
        let order = |a: &(f32, TermId, u32), b: &(f32, TermId, u32)| {
            b.0.total_cmp(&a.0)
                .then_with(|| self.text_order(a.1, b.1))
                .then(a.2.cmp(&b.2))
        };
        // In steps: types and hidden graphs may leave nothing of the first ones.
        let mut found: Vec<Find> = Vec::new();
        let mut known: HashSet<TermId> = HashSet::new();
        let mut rest = labels.as_mut_slice();
        while !rest.is_empty() && found.len() < most {
            let step = (most.saturating_mul(LABELS_PER_THING)).clamp(1, rest.len());
            if step < rest.len() {
                rest.select_nth_unstable_by(step, order);
            }
            let (first, others) = rest.split_at_mut(step);
            rest = others;
            first.sort_unstable_by(order);
            for (rank, literal, bits) in first.iter() {
                if found.len() >= most {
                    break;
                }
                let mut bearers: Vec<(TermId, usize)> = Vec::new();
                for (field, property) in properties.iter().enumerate() {
                    let Some(property) = property.filter(|_| bits >> field & 1 == 1) else {
                        continue;
                    };
                    let pattern = [None, Some(property), Some(*literal)];
                    for [subject, ..] in self.scan(pattern, GraphScope::All) {
                        watch.look()?;
                        if known.insert(subject) && is_wanted(subject) {
                            bearers.push((subject, field));
                        }
                    }
                }
                bearers.sort_unstable_by(|a, b| self.text_order(a.0, b.0));
                bearers.truncate(most - found.len());
                found.extend(bearers.into_iter().map(|(subject, field)| Find {
                    subject,
                    literal: *literal,
                    field,
                    score: f64::from(*rank),
                    kind: MatchKind::Fuzzy,
                }));
            }
        }
        found
            .iter()
            .map(|find| {
                let damaged = || StoreError::Internal("a label is no statement".to_owned());
                let Term::Literal(label) = self.term(find.literal)? else {
                    return Err(damaged());
                };
                Ok(Resembling {
                    subject: node_of_term(self.term(find.subject)?).ok_or_else(damaged)?,
                    label,
                    rank: find.score,
                })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{fields, store};
    use super::*;

    fn found(snapshot: &Snapshot, text: &str, most: usize) -> Vec<String> {
        let query = TextQuery::of_name(text).unwrap();
        let wanted = OfTypes::default();
        let limits = Limits::default();
        let found = snapshot.resembling(&fields(), &query, &wanted, most, &limits);
        let found = found.unwrap().into_iter();
        found
            .map(|thing| thing.subject.to_string().replace("http://x/", ""))
            .collect()
    }

    const NAMES: &str = "gitano FUNDACIÓN SECRETARIADO GITANO
        once Fundación ONCE
        roja Cruz Roja Española
        pari Der Paritätische Gesamtverband e.V.
        sozial Sozialwerk Bethel";

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let store = store(NAMES);
        let found = found(&store.snapshot(), text, 10);
        let expected = format!("<{expected}>");
        assert_eq!(found.first(), Some(&expected), "{text}: {found:?}");
    }

    #[test]
    fn a_name_is_found_without_accents_and_in_another_case() {
        check("Fundacion Secretariado Gitano", "gitano");
        check("paritatische", "pari");
    }

    #[test]
    fn a_name_is_found_though_words_are_missing_or_too_many() {
        check("Secretariado Gitano", "gitano");
        check("Fundación Secretariado Gitano, Delegación Burgos", "gitano");
    }

    #[test]
    fn a_name_is_found_though_words_are_cut_or_mistyped() {
        check("Fund. Secret. Git.", "gitano");
        check("Cruz Rjoa Espanola", "roja");
    }

    #[test]
    fn a_name_is_found_by_its_initials() {
        check("FSG", "gitano");
    }

    #[test]
    fn initials_are_found_by_the_name_that_they_stand_for() {
        let store = store("short FSG\nother ONCE");
        let found = found(&store.snapshot(), "Fundación Secretariado Gitano", 10);
        assert_eq!(found, ["<short>"]);
    }

    #[test]
    fn two_words_are_found_where_others_write_one() {
        check("Sozial Werk Bethel", "sozial");
    }

    #[test]
    fn a_text_without_words_is_refused_and_a_long_one_is_cut() {
        assert_eq!(
            TextQuery::of_name(" - "),
            Err(TextError::NoWords(" - ".to_owned()))
        );
        let long = "wort ".repeat(1_000);
        let query = TextQuery::of_name(&long).unwrap();
        assert_eq!(query.words.len(), WORDS_OF_A_QUERY);
    }

    #[test]
    fn no_more_is_found_than_is_wanted_and_namesakes_come_by_iri() {
        let store = store("c Caritas\na Caritas\nb Caritas");
        let snapshot = store.snapshot();
        assert_eq!(found(&snapshot, "Caritas", 2), ["<a>", "<b>"]);
    }
}
