//! Which pairs are worth a look: those that share one of several cheap keys.

use super::names::Name;
use super::records::Record;
use super::words::{is_general, is_kind};
use super::{Stop, Stopped};
use rayon::prelude::*;
use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Pairs that one key may yield; a key that yields more tells nothing.
const MOST_OF_A_KEY: usize = 10_000;
/// Pairs in all; beyond it the keys that yield most are left out.
const MOST_PAIRS: usize = 12_000_000;
/// Words of a name that are combined with each other.
const COMBINED: usize = 7;
/// Letters of the beginning and the end of a name that make a key.
const ENDS: usize = 9;
/// A word is as rare as in so many records at least, so that what is rare in a small data set does
/// not count as if it were common.
const FEWEST_RECORDS: f64 = 2_000.0;

/// How often each word occurs in the names of the records that are compared.
#[derive(Clone, Debug, Default)]
pub struct Corpus {
    records: usize,
    counts: HashMap<String, u32>,
}

impl Corpus {
    /// Counts the words of some records; a record counts a word once.
    pub fn new<'a>(records: impl IntoIterator<Item = &'a Record>) -> Self {
        let mut corpus = Self::default();
        for record in records {
            corpus.records += 1;
            let names = record.names.iter();
            let words: BTreeSet<&str> = names
                .flat_map(|name| name.words.iter().chain(&name.asides))
                .map(String::as_str)
                .collect();
            for word in words {
                match corpus.counts.get_mut(word) {
                    Some(count) => *count += 1,
                    None => {
                        corpus.counts.insert(word.to_owned(), 1);
                    }
                }
            }
        }
        corpus
    }

    /// The weight of a word that only one record has.
    pub fn most(&self) -> f64 {
        (1.0 + (self.records as f64).max(FEWEST_RECORDS)).ln()
    }

    /// In how many records a word occurs.
    pub fn count(&self, word: &str) -> u32 {
        self.counts.get(word).copied().unwrap_or(0)
    }

    /// How much it tells that two names share a word, in nats: the logarithm of how rare it is.
    /// Words for kinds of body (`foundation`) and words with one meaning in all languages
    /// (`social`) tell less, even where few records have them.
    pub fn weight(&self, word: &str) -> f64 {
        let records = (self.records as f64).max(FEWEST_RECORDS);
        let count = f64::from(self.count(word).max(1));
        let weight = (1.0 + records / count).ln();
        let most = self.most();
        if is_kind(word) {
            weight.min(0.25 * most)
        } else if is_general(word) {
            weight.min(0.5 * most)
        } else {
            weight
        }
    }
}

/// The pairs of positions (left, right) that share a key, in order; without `right`, pairs among
/// the left records with the smaller position first.
///
/// Keys are: each word that few records have; each two words of a name; the first and the last
/// letters of its words in one run, and of its words in alphabetical order; its numbers
/// with its rarest word; its acronyms and initials; identifiers; hosts. A key that would yield more than 10,000 pairs is left out.
///
/// # Errors
/// [`Stopped`] if `stop` says so.
///
/// # Complexity
/// For n records with names of w words there are **O(n w²)** keys (w at most 7 here); sorting them
/// takes **O(k log k)** for k keys. At most 12 million pairs come out: where there would be more,
/// the largest keys are left out until they fit.
pub fn candidates(
    left: &[Record],
    right: Option<&[Record]>,
    corpus: &Corpus,
    stop: Stop<'_>,
) -> Result<Vec<(u32, u32)>, Stopped> {
    let lefts = keys(left, corpus, stop)?;
    let rights = match right {
        Some(right) => Some(keys(right, corpus, stop)?),
        None => None,
    };
    let runs = runs(&lefts, rights.as_deref());
    let mut most = MOST_OF_A_KEY;
    let total = |most: usize| -> usize {
        let sizes = runs.iter().map(Run::pairs);
        sizes.filter(|size| *size <= most).sum()
    };
    while most > 1 && total(most) > MOST_PAIRS {
        most /= 2;
    }
    let mut pairs = Vec::new();
    for (done, run) in runs.iter().enumerate() {
        if done % 4_096 == 0 && stop() {
            return Err(Stopped);
        }
        if run.pairs() > most {
            continue;
        }
        for (at, (_, l)) in run.left.iter().enumerate() {
            match run.right {
                Some(right) => pairs.extend(right.iter().map(|(_, r)| (*l, *r))),
                None => {
                    let others = run.left.iter().skip(at + 1);
                    pairs.extend(others.map(|(_, r)| (*l, *r)));
                }
            }
        }
    }
    pairs.par_sort_unstable();
    pairs.dedup();
    Ok(pairs)
}

struct Run<'a> {
    left: &'a [(u64, u32)],
    right: Option<&'a [(u64, u32)]>,
}

impl Run<'_> {
    fn pairs(&self) -> usize {
        match self.right {
            Some(right) => self.left.len().saturating_mul(right.len()),
            None => self.left.len().saturating_mul(self.left.len() - 1) / 2,
        }
    }
}

fn runs<'a>(left: &'a [(u64, u32)], right: Option<&'a [(u64, u32)]>) -> Vec<Run<'a>> {
    let same = |a: &(u64, u32), b: &(u64, u32)| a.0 == b.0;
    let Some(right) = right else {
        return left
            .chunk_by(same)
            .filter(|run| run.len() > 1)
            .map(|left| Run { left, right: None })
            .collect();
    };
    let key = |run: &[(u64, u32)]| run.first().map(|(key, _)| *key);
    let mut others = right.chunk_by(same).peekable();
    let mut runs = Vec::new();
    for left in left.chunk_by(same) {
        while others.next_if(|run| key(run) < key(left)).is_some() {}
        if let Some(right) = others.next_if(|run| key(run) == key(left)) {
            runs.push(Run {
                left,
                right: Some(right),
            });
        }
    }
    runs
}

/// The keys of all records with their positions, sorted.
fn keys(records: &[Record], corpus: &Corpus, stop: Stop<'_>) -> Result<Vec<(u64, u32)>, Stopped> {
    let parts: Result<Vec<Vec<(u64, u32)>>, Stopped> = records
        .par_chunks(512)
        .enumerate()
        .map(|(chunk, records)| {
            if stop() {
                return Err(Stopped);
            }
            let mut keys = Vec::new();
            for (at, record) in records.iter().enumerate() {
                let position = (chunk * 512 + at) as u32;
                let mut own = BTreeSet::new();
                keys_of(record, corpus, &mut own);
                keys.extend(own.into_iter().map(|key| (key, position)));
            }
            Ok(keys)
        })
        .collect();
    let mut keys: Vec<_> = parts?.into_iter().flatten().collect();
    keys.par_sort_unstable();
    Ok(keys)
}

fn keys_of(record: &Record, corpus: &Corpus, keys: &mut BTreeSet<u64>) {
    for name in &record.names {
        keys_of_name(name, corpus, keys);
    }
    for (scheme, values) in &record.identifiers {
        keys.extend(
            values
                .iter()
                .map(|value| hash("identifier", &[scheme, value])),
        );
    }
    keys.extend(record.hosts.iter().map(|host| hash("host", &[host])));
}

fn keys_of_name(name: &Name, corpus: &Corpus, keys: &mut BTreeSet<u64>) {
    let mut words: Vec<&str> = name
        .words
        .iter()
        .chain(&name.asides)
        .map(String::as_str)
        .collect();
    words.sort_unstable();
    words.dedup();
    let sorted: String = words.concat();
    let glued = name.glued();
    for (what, text) in [("glued", &glued), ("sorted", &sorted)] {
        let letters = text.chars().count();
        if letters >= 5 {
            let first: String = text.chars().take(ENDS).collect();
            keys.insert(hash(what, &[&first]));
            let last: String = text.chars().skip(letters.saturating_sub(ENDS)).collect();
            keys.insert(hash("end", &[&last]));
        }
    }
    // The rarest first: those that are combined.
    words.sort_by(|a, b| corpus.count(a).cmp(&corpus.count(b)).then(a.cmp(b)));
    words.truncate(COMBINED);
    for (at, word) in words.iter().enumerate() {
        keys.insert(hash("word", &[word]));
        for other in words.iter().skip(at + 1) {
            let (first, second) = if word < other {
                (word, other)
            } else {
                (other, word)
            };
            keys.insert(hash("two", &[first, second]));
        }
    }
    if let Some(rarest) = words.first() {
        for number in &name.numbers {
            keys.insert(hash("number", &[number, rarest]));
        }
    }
    for acronym in &name.acronyms {
        keys.insert(hash("acronym", &[acronym]));
    }
    if name.initials.chars().count() >= 3 {
        keys.insert(hash("acronym", &[&name.initials]));
        // `Agencia Estatal Consejo Superior …` is known as CSIC: without its first words.
        for skipped in 1..=2 {
            let rest: String = name.initials.chars().skip(skipped).collect();
            if rest.chars().count() >= 4 {
                keys.insert(hash("acronym", &[&rest]));
            }
        }
    }
}

/// The same for the same key in every process: the hasher has a fixed seed.
fn hash(what: &str, parts: &[&str]) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    parts.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(names: &[&str]) -> Vec<Record> {
        names.iter().map(|name| Record::named(name)).collect()
    }

    fn found(left: &[&str], right: Option<&[&str]>) -> Vec<(u32, u32)> {
        let left = records(left);
        let right = right.map(records);
        let corpus = Corpus::new(left.iter().chain(right.iter().flatten()));
        candidates(&left, right.as_deref(), &corpus, &|| false).unwrap()
    }

    #[test]
    fn names_that_share_a_word_an_acronym_or_their_beginning_are_looked_at() {
        let left = ["Fundación Tomillo", "UNED", "Zurrumurru SL"];
        let right = [
            "Tomillo",
            "Universidad Nacional de Educación a Distancia",
            "Zurrumurrus",
        ];
        assert_eq!(found(&left, Some(&right)), [(0, 0), (1, 1), (2, 2)]);
    }

    #[test]
    fn among_themselves_each_pair_comes_once() {
        assert_eq!(found(&["Tomillo A", "Tomillo B", "Other"], None), [(0, 1)]);
    }

    #[test]
    fn a_word_that_all_share_is_no_key() {
        let names: Vec<String> = (0..400).map(|n| format!("Caritas q{n}z")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let pairs = found(&names, None);
        // A few share their beginning; all would be 79,800.
        assert!(pairs.len() < 8_000, "{}", pairs.len());
    }

    #[test]
    fn who_is_told_to_stop_stops() {
        let left = records(&["a", "b"]);
        let corpus = Corpus::new(&left);
        assert_eq!(candidates(&left, None, &corpus, &|| true), Err(Stopped));
    }
}
