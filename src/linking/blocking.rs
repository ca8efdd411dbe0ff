//! Which pairs are worth a look: those that share one of several cheap keys.

use super::names::Name;
use super::records::Record;
use super::words::{is_general, is_kind, is_region};
use super::{Stop, Stopped};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Pairs that one key may yield; a key that yields more tells nothing.
const MOST_OF_A_KEY: usize = 10_000;
/// Pairs in all; beyond it the keys that yield most are left out.
const MOST_PAIRS: usize = 12_000_000;
/// Words of a name that are combined with each other.
const COMBINED: usize = 7;
/// Letters of the beginning and the end of a name that make a key.
const ENDS: usize = 9;
/// A word is as rare as in so many names at least, so that what is rare in a small data set does
/// not count as if it were common.
const FEWEST_RECORDS: f64 = 2_000.0;

/// From so many different names on it tells something that only one of them fits.
const TELLING: usize = 1_000;
/// What parts the words of a name that is kept as one text; no word has it in it.
const BETWEEN: char = '|';
/// Names with one word that are looked at for rivals; a word that more have tells nothing.
const MOST_RIVALS: usize = 64;
/// So many small words at the end of a name that was cut tell its place among others (`LOS SANTOS
/// DE LA …`); one (`… DE`) does not, since lists leave it out as they like.
const TELLING_TAIL: usize = 2;
/// A short name is an acronym if fewer than this many names would have its initials by chance.
const FEW_BY_CHANCE: f64 = 0.1;

/// What the names of the records that are compared tell together: how often each word occurs, which
/// names there are, which words are places, which acronyms stand for what.
#[derive(Clone, Debug, Default)]
pub struct Corpus {
    /// The different names, as the words that identify with bars between them, in order.
    names: Vec<Box<str>>,
    /// The same with small words where they stand: what a name that was cut after one is looked up
    /// in.
    full: Vec<(Box<str>, u32)>,
    words: HashMap<Box<str>, Word>,
    /// Words that stand alone beside a kind of body that a town or a province has: `Ayuntamiento
    /// de X`.
    places: HashSet<Box<str>>,
    /// Some of the names that have these initials.
    initials: HashMap<Box<str>, Vec<u32>>,
    /// The names that state an acronym, by it.
    stated: HashMap<Box<str>, BTreeSet<u32>>,
    /// How often each letter is the first of a word, and how many words names have: both as shares.
    letters: HashMap<char, f64>,
    lengths: HashMap<usize, f64>,
}

/// A word of names.
#[derive(Clone, Debug, Default)]
struct Word {
    /// How many different names have it.
    count: u32,
    /// Their positions, unless they are too many.
    names: Vec<u32>,
}

/// Whether the words of one name, with all that it lacks, are those of one other body only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rivals {
    /// There are too few names to tell.
    Unknown,
    /// No other name goes on differently.
    None,
    /// Other bodies' names have the same words too.
    Some,
}

/// How names go on from the words of one that was cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Continuations {
    /// No name has more words.
    None,
    /// All that have more may be one body's.
    One,
    /// They are of several bodies.
    Several,
}

impl Corpus {
    /// Counts the words of the different names of some records.
    ///
    /// # Complexity
    /// Time **O(n w log n)** for n names of w words, space O(n w).
    pub fn new<'a>(records: impl IntoIterator<Item = &'a Record>) -> Self {
        let mut corpus = Self::default();
        let mut all: BTreeMap<Box<str>, &Name> = BTreeMap::new();
        let mut stated: Vec<(&str, Box<str>)> = Vec::new();
        let mut fulls: Vec<(Box<str>, Box<str>)> = Vec::new();
        for name in records.into_iter().flat_map(|record| &record.names) {
            let text = joined(&name.words);
            if name.full.len() > name.words.len() {
                fulls.push((text.clone(), joined(&name.full)));
            }
            if name.words.len() > 1 {
                let acronyms = name.acronyms.iter().map(String::as_str);
                stated.extend(acronyms.map(|acronym| (acronym, text.clone())));
            }
            all.entry(text).or_insert(name);
        }
        for (at, (text, name)) in all.iter().enumerate() {
            let at = at as u32;
            let words: BTreeSet<&str> = name
                .words
                .iter()
                .chain(&name.asides)
                .map(String::as_str)
                .collect();
            for word in words {
                if !corpus.words.contains_key(word) {
                    corpus.words.insert(word.into(), Word::default());
                }
                if let Some(known) = corpus.words.get_mut(word) {
                    known.count += 1;
                    if known.names.len() <= MOST_RIVALS {
                        known.names.push(at);
                    }
                }
            }
            if let [kind, place] = name.words.as_slice()
                && matches!(kind.as_str(), "municipality" | "province" | "region")
                && !is_general(place)
            {
                corpus.places.insert(place.as_str().into());
            }
            let initials = name.initials.chars().count();
            if initials >= 3 {
                let entry = corpus.initials.entry(name.initials.as_str().into());
                let names = entry.or_default();
                if names.len() <= MOST_RIVALS {
                    names.push(at);
                }
            }
            *corpus.lengths.entry(initials).or_default() += 1.0;
            for letter in name.initials.chars() {
                *corpus.letters.entry(letter).or_default() += 1.0;
            }
            corpus.names.push(text.clone());
        }
        for (text, full) in fulls {
            if let Ok(at) = corpus.names.binary_search(&text) {
                corpus.full.push((full, at as u32));
            }
        }
        corpus.full.sort_unstable();
        corpus.full.dedup();
        for (acronym, text) in stated {
            if let Ok(at) = corpus.names.binary_search(&text) {
                let names = corpus.stated.entry(acronym.into()).or_default();
                names.insert(at as u32);
            }
        }
        let letters = corpus.letters.values().sum::<f64>().max(1.0);
        corpus.letters.values_mut().for_each(|n| *n /= letters);
        let names = corpus.names.len().max(1) as f64;
        corpus.lengths.values_mut().for_each(|n| *n /= names);
        corpus
    }

    /// Roughly the bytes it takes.
    pub fn heap_bytes(&self) -> usize {
        let names: usize = self.names.iter().map(|name| 16 + name.len()).sum();
        let full: usize = self.full.iter().map(|(name, _)| 24 + name.len()).sum();
        let words = self.words.iter();
        let words: usize = words
            .map(|(word, known)| 80 + word.len() + 4 * known.names.len())
            .sum();
        let acronyms = 80 * (self.initials.len() + self.stated.len() + self.places.len());
        names + full + words + acronyms
    }

    fn size(&self) -> f64 {
        (self.names.len() as f64).max(FEWEST_RECORDS)
    }

    /// The weight of a word that only one name has.
    pub fn most(&self) -> f64 {
        (1.0 + self.size()).ln()
    }

    /// In how many different names a word occurs.
    pub fn count(&self, word: &str) -> u32 {
        self.words.get(word).map_or(0, |word| word.count)
    }

    /// How much it tells that two names share a word, in nats: the logarithm of how rare it is.
    /// Words for kinds of body (`foundation`) and words with one meaning in all languages
    /// (`social`) tell less, even where few names have them.
    pub fn weight(&self, word: &str) -> f64 {
        let count = f64::from(self.count(word).max(1));
        let weight = (1.0 + self.size() / count).ln();
        let most = self.most();
        if is_kind(word) {
            weight.min(0.25 * most)
        } else if is_general(word) {
            weight.min(0.5 * most)
        } else {
            weight
        }
    }

    /// Whether a word is the name of a place: one that is known, or that stands alone after a kind
    /// of body that places have.
    pub(super) fn is_place(&self, word: &str) -> bool {
        is_region(word) || self.places.contains(word)
    }

    /// Whether names other than `longer` begin as `shorter` does and go on differently; with
    /// `broken`, the last word of the shorter may be the beginning of one.
    ///
    /// # Complexity
    /// Time **O(w log n)**, and O(w) for each of at most 64 names.
    pub(super) fn rivals_of_beginning(
        &self,
        shorter: &Name,
        longer: &Name,
        broken: bool,
    ) -> Rivals {
        if self.names.len() < TELLING {
            return Rivals::Unknown;
        }
        let mut names: Box<dyn Iterator<Item = &str>> = if shorter.tail.len() < TELLING_TAIL {
            let begin = joined(&shorter.words);
            Box::new(self.beginning(begin, broken))
        } else {
            Box::new(self.beginning_in_full(joined(&shorter.full)))
        };
        let goes_otherwise = |(looked, name): (usize, &str)| {
            looked >= MOST_RIVALS || !goes_with(name, &longer.words)
        };
        if names.by_ref().enumerate().any(goes_otherwise) {
            Rivals::Some
        } else {
            Rivals::None
        }
    }

    /// How the names go on that have the words of one that was cut, and more.
    pub(super) fn continuations(&self, cut: &Name) -> Continuations {
        let own = joined(&cut.words);
        let names: Box<dyn Iterator<Item = &str>> = if cut.tail.len() < TELLING_TAIL {
            Box::new(self.beginning(own.clone(), false))
        } else {
            Box::new(self.beginning_in_full(joined(&cut.full)))
        };
        let mut first: Option<Vec<String>> = None;
        for name in names.filter(|name| *name != &*own).take(MOST_RIVALS) {
            match &first {
                None => first = Some(name.split(BETWEEN).map(str::to_owned).collect()),
                Some(first) if goes_with(name, first) => {}
                Some(_) => return Continuations::Several,
            }
        }
        match first {
            None => Continuations::None,
            Some(_) => Continuations::One,
        }
    }

    /// The names that begin so, in order; with `broken`, in the middle of a word.
    fn beginning(&self, begin: Box<str>, broken: bool) -> impl Iterator<Item = &str> {
        let from = self.names.partition_point(|name| **name < *begin);
        let rest = self.names.get(from..).unwrap_or_default().iter();
        let rest = rest.map(|name| &**name);
        let length = begin.len();
        rest.take_while(move |name| name.starts_with(&*begin))
            .filter(move |name| broken || ends_a_word(name, length))
    }

    /// The names that begin so with their small words.
    fn beginning_in_full(&self, begin: Box<str>) -> impl Iterator<Item = &str> {
        let from = self.full.partition_point(|(full, _)| **full < *begin);
        let rest = self.full.get(from..).unwrap_or_default().iter();
        rest.take_while(move |(full, _)| full.starts_with(&*begin))
            .filter_map(|(_, at)| self.names.get(*at as usize).map(|name| &**name))
    }

    /// Whether names other than `longer` have all words of `shorter` and further ones.
    ///
    /// # Complexity
    /// Time **O(w)** for each of at most 64 names.
    pub(super) fn rivals_of_words(&self, shorter: &Name, longer: &Name) -> Rivals {
        if self.names.len() < TELLING {
            return Rivals::Unknown;
        }
        let rarest = shorter
            .words
            .iter()
            .filter_map(|word| self.words.get(word.as_str()))
            .min_by_key(|word| word.count);
        let Some(rarest) = rarest.filter(|word| word.names.len() <= MOST_RIVALS) else {
            return Rivals::Some;
        };
        for name in rarest
            .names
            .iter()
            .filter_map(|at| self.names.get(*at as usize))
        {
            let mut has_all = shorter
                .words
                .iter()
                .map(|word| name.split(BETWEEN).any(|other| other == word));
            let is_of_its_kind = name.split(BETWEEN).find(|word| is_kind(word)) == shorter.kind;
            if is_of_its_kind && has_all.all(|has| has) && !goes_with(name, &longer.words) {
                return Rivals::Some;
            }
        }
        Rivals::None
    }

    /// What is known of an acronym and a name that it may be of.
    pub(super) fn acronym(&self, acronym: &str, name: &Name) -> Rivals {
        let all_go_with = |names: &mut dyn Iterator<Item = &u32>| {
            names
                .filter_map(|at| self.names.get(*at as usize))
                .all(|other| goes_with(other, &name.words))
        };
        if let Some(stated) = self.stated.get(acronym) {
            return match all_go_with(&mut stated.iter()) {
                true => Rivals::None,
                false => Rivals::Some,
            };
        }
        if self.names.len() < TELLING || name.initials != acronym {
            return Rivals::Unknown;
        }
        match self.initials.get(acronym) {
            Some(names) if !all_go_with(&mut names.iter()) => Rivals::Some,
            _ if self.by_chance(acronym) < FEW_BY_CHANCE => Rivals::None,
            _ => Rivals::Unknown,
        }
    }

    /// How many names would have these initials if letters came as they come.
    fn by_chance(&self, acronym: &str) -> f64 {
        let share = |letter| self.letters.get(&letter).copied().unwrap_or(0.0);
        let letters: f64 = acronym.chars().map(share).product();
        let length = self.lengths.get(&acronym.chars().count());
        letters * length.copied().unwrap_or(0.0) * self.names.len() as f64
    }
}

fn joined(words: &[String]) -> Box<str> {
    words.join("|").into_boxed_str()
}

/// Whether a name is one of the same body as another: the one is the beginning of the
/// other, or has all its words, or the first word in which they differ is nearly the same.
fn goes_with(name: &str, others: &[String]) -> bool {
    let own: Vec<&str> = name.split(BETWEEN).collect();
    let is_within = |words: &[&str]| words.iter().all(|word| others.iter().any(|o| o == word));
    if is_within(&own) || others.iter().all(|word| own.contains(&word.as_str())) {
        return true;
    }
    let first = own.iter().zip(others).find(|(own, other)| *own != other);
    first.is_none_or(|(own, other)| {
        own.starts_with(other.as_str())
            || other.starts_with(own)
            || strsim::osa_distance(own, other) <= 1
    })
}

/// Whether a word of a joined name ends where so many bytes of it do.
fn ends_a_word(name: &str, length: usize) -> bool {
    name.get(length..)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(BETWEEN))
}

/// The pairs of positions (left, right) that share a key, in order; without `right`, pairs among
/// the left records with the smaller position first.
///
/// Keys are: each word that few records have; each two words of a name; the first and the last
/// letters of its words in one run, and of its words in alphabetical order; its numbers
/// with its rarest word; its acronyms and initials; identifiers; hosts. A key that would yield more
/// than 10,000 pairs is left out.
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
