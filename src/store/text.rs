//! Text search: the words of labels, found by whole words, beginnings and near misses.
//!
//! An index knows which literals hold which words, and nothing of who bears them: the statements
//! are looked up in the snapshot that is searched. So an index of the shared base serves every
//! snapshot over that base, a label that was removed or that a reader may not see is never found,
//! and what the delta adds has a small index of its own, made once a version. A merge of the delta
//! leaves the index of the base behind; the next search makes a new one.
//!
//! It knows no ontology either: whoever searches tells which properties count ([`TextFields`]).

use super::dictionary::Dictionary;
use super::error::StoreError;
use super::index::{Base, Delta, GraphScope, Matches};
use super::query::Limits;
use super::snapshot::Snapshot;
use crate::rdf::{KeyView, TermId, node_of_term};
use icu_normalizer::DecomposingNormalizerBorrowed;
use icu_normalizer::properties::CanonicalCombiningClassMapBorrowed;
use oxigraph::model::vocab::rdf;
use oxigraph::model::{GraphName, GraphNameRef, Literal, NamedNode, NamedOrBlankNode, Term};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Instant;

mod resemble;

pub use resemble::{OfTypes, Resembling, folded_words};

/// How many words of a literal are read.
const WORDS_OF_A_TEXT: usize = 64;
/// How many letters of a word are read.
const LETTERS_OF_A_WORD: usize = 64;
/// How many words may be looked for at once.
const WORDS_OF_A_QUERY: usize = 16;
/// How many characters may be looked for at once.
const LONGEST_QUERY: usize = 512;
/// How many properties can be told apart.
const MOST_FIELDS: usize = 32;
/// The time is looked at once in so many steps.
const STEPS_BETWEEN_LOOKS: usize = 1_024;
/// Letters from which on a word that is not the last may stand for words that begin with it.
const INNER_PREFIX: usize = 3;

/// The properties whose values are searched, each with how much it is preferred, from 0 to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct TextFields {
    fields: Vec<(NamedNode, f64)>,
}

impl TextFields {
    /// Properties in the order in which they win where all else is equal. There can be 32; more
    /// are left out.
    pub fn new(fields: impl IntoIterator<Item = (NamedNode, f64)>) -> Self {
        Self {
            fields: fields.into_iter().take(MOST_FIELDS).collect(),
        }
    }

    /// The properties, in their order.
    pub fn properties(&self) -> impl Iterator<Item = &NamedNode> {
        self.fields.iter().map(|(property, _)| property)
    }
}

/// Why a text cannot be looked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing that a label could have.
    #[error("there is no letter and no digit in \"{0}\" to look for")]
    NoWords(String),
    /// Too much.
    #[error("at most {WORDS_OF_A_QUERY} words and {LONGEST_QUERY} characters can be looked for")]
    TooLong,
}

/// What is looked for: words that must all be in a label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextQuery {
    words: Vec<String>,
    is_fuzzy: bool,
}

impl TextQuery {
    /// Takes a text apart. With `is_fuzzy` words with typing errors are found too.
    ///
    /// # Errors
    /// [`TextError`] if it has no words or too many.
    pub fn new(text: &str, is_fuzzy: bool) -> Result<Self, TextError> {
        if text.len() > LONGEST_QUERY * 4 || text.chars().count() > LONGEST_QUERY {
            return Err(TextError::TooLong);
        }
        let mut words = Vec::new();
        Folder::default().words(text, |word| words.push(word.to_owned()));
        match words.len() {
            0 => Err(TextError::NoWords(text.to_owned())),
            1..=WORDS_OF_A_QUERY => Ok(Self { words, is_fuzzy }),
            _ => Err(TextError::TooLong),
        }
    }
}

/// Which of the finds count. An empty list means: all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextScope {
    /// Classes, of which the subject must have one.
    pub types: Vec<NamedNode>,
    /// Graphs, of which one must state the label.
    pub graphs: Vec<GraphName>,
    /// Languages of the label; `de` also stands for `de-AT`.
    pub languages: Vec<String>,
}

/// How well a label fits: as well as the word that fits worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MatchKind {
    /// A word is there with a typing error.
    Fuzzy,
    /// A word is the beginning of one that is there.
    Prefix,
    /// All words are there.
    Exact,
}

impl MatchKind {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Prefix => "prefix",
            Self::Fuzzy => "fuzzy",
        }
    }
}

/// A thing that was found, by its best label.
#[derive(Clone, Debug, PartialEq)]
pub struct TextHit {
    /// The thing.
    pub subject: NamedOrBlankNode,
    /// The property that has the label.
    pub property: NamedNode,
    /// The label.
    pub label: Literal,
    /// The graphs that state it, ordered by name.
    pub graphs: Vec<GraphName>,
    /// How good a find it is, above 0 and up to 1: see [`Snapshot::search`].
    pub score: f64,
    /// How the label fits.
    pub kind: MatchKind,
}

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TextHits {
    /// How many things there are in all.
    pub total: usize,
    /// Those that were asked for, the best first.
    pub hits: Vec<TextHit>,
}

// ---- words ----------------------------------------------------------------------------------

/// Takes texts apart into words that can be compared: case folded, without diacritics.
#[derive(Default)]
struct Folder {
    word: String,
    letters: usize,
}

impl Folder {
    /// Calls `each` with the words of a text in their order.
    ///
    /// A word is a run of letters and digits; each ideograph is one, as its script has no spaces.
    /// Compatibility forms are resolved (`ﬁ` is `fi`), marks over, under and through letters are
    /// dropped, and letters that have no decomposition become their base (`ø` is `o`, `ß` is
    /// `ss`). Complexity: one pass.
    fn words(&mut self, text: &str, mut each: impl FnMut(&str)) {
        if text.is_ascii() {
            for c in text.chars() {
                self.letter(c.to_ascii_lowercase(), &mut each);
            }
        } else {
            let normalizer = const { DecomposingNormalizerBorrowed::new_nfkd() };
            let classes = CanonicalCombiningClassMapBorrowed::new();
            for c in normalizer.normalize_iter(text.chars()) {
                match classes.get_u8(c) {
                    0 => {
                        for c in c.to_lowercase() {
                            self.letter(c, &mut each);
                        }
                    }
                    // Signs of Indic scripts and of Kana: other letters, not other accents.
                    7..=9 => self.push(c),
                    _ => {}
                }
            }
        }
        self.end(&mut each);
    }

    fn letter(&mut self, c: char, each: &mut impl FnMut(&str)) {
        if c.is_ascii() {
            if c.is_ascii_alphanumeric() {
                self.push(c);
            } else {
                self.end(each);
            }
            return;
        }
        let base = match c {
            'ß' => "ss",
            'æ' => "ae",
            'œ' => "oe",
            'ø' => "o",
            'ł' => "l",
            'đ' | 'ð' => "d",
            'þ' => "th",
            'ħ' => "h",
            'ŧ' => "t",
            'ŋ' => "n",
            'ı' => "i",
            'ς' => "σ",
            // The soft hyphen and joiners do not part words.
            '\u{ad}' | '\u{200c}' | '\u{200d}' => "",
            c if is_ideograph(c) => {
                self.end(each);
                self.push(c);
                self.end(each);
                return;
            }
            c if c.is_alphanumeric() => {
                self.push(c);
                return;
            }
            _ => {
                self.end(each);
                return;
            }
        };
        for c in base.chars() {
            self.push(c);
        }
    }

    fn push(&mut self, c: char) {
        if self.letters < LETTERS_OF_A_WORD {
            self.word.push(c);
            self.letters += 1;
        }
    }

    fn end(&mut self, each: &mut impl FnMut(&str)) {
        if !self.word.is_empty() {
            each(&self.word);
            self.word.clear();
            self.letters = 0;
        }
    }
}

fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}')
}

/// Which letters a word has, one bit each; rare letters share bits.
fn letters_of(word: &str) -> u64 {
    word.chars().fold(0, |bits, c| {
        bits | 1
            << match c {
                'a'..='z' => u32::from(c) - u32::from('a'),
                c => 26 + u32::from(c) % 38,
            }
    })
}

/// Typing errors that a word of so many letters may have.
fn errors_allowed(word: &str) -> usize {
    if word.chars().any(|c| c.is_numeric()) {
        return 0;
    }
    match word.chars().count() {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    }
}

/// How many letters must be put in, left out, changed, or exchanged with their neighbour to make
/// one word of the other (optimal string alignment); `None` if more than `most`.
///
/// Complexity: time and space **O(n · most)** and **O(n)**, at most 64 letters.
fn distance(left: &[char], right: &[char], most: usize) -> Option<usize> {
    const ROW: usize = LETTERS_OF_A_WORD + 1;
    if left.len() >= ROW || right.len() >= ROW || left.len().abs_diff(right.len()) > most {
        return None;
    }
    let too_far = most + 1;
    let mut before_last = [too_far; ROW];
    let mut last = [too_far; ROW];
    for (at, cell) in last.iter_mut().enumerate().take(right.len() + 1) {
        *cell = at.min(too_far);
    }
    for row in 1..=left.len() {
        let mut current = [too_far; ROW];
        current[0] = row.min(too_far);
        let mut nearest = current[0];
        for column in row.saturating_sub(most).max(1)..=(row + most).min(right.len()) {
            let is_other = usize::from(left[row - 1] != right[column - 1]);
            let mut cost = (last[column - 1] + is_other)
                .min(last[column] + 1)
                .min(current[column - 1] + 1);
            if row > 1
                && column > 1
                && left[row - 1] == right[column - 2]
                && left[row - 2] == right[column - 1]
            {
                cost = cost.min(before_last[column - 2] + 1);
            }
            current[column] = cost.min(too_far);
            nearest = nearest.min(cost);
        }
        if nearest > most {
            return None;
        }
        before_last = last;
        last = current;
    }
    Some(last[right.len()]).filter(|distance| *distance <= most)
}

// ---- the index ------------------------------------------------------------------------------

/// A literal, by its words.
struct Text {
    literal: TermId,
    /// The properties that have it somewhere: a bit for each field.
    fields: u32,
    /// Where its words begin in the sequence; they end where those of the next begin.
    start: u32,
    letters: u32,
}

/// Literals by their words.
#[derive(Default)]
pub(super) struct TextIndex {
    texts: Vec<Text>,
    /// The words of the texts, one text after the other.
    sequence: Vec<u32>,
    /// All words, sorted, one after the other.
    words: String,
    /// Where each word ends.
    ends: Vec<u32>,
    /// The letters of each word, and how many there are.
    marks: Vec<(u64, u8)>,
    /// Where the texts of each word begin.
    starts: Vec<u32>,
    /// The texts of each word, in order.
    postings: Vec<u32>,
    /// Texts by their initials, made when they are first needed.
    initials: OnceLock<Vec<(u64, u32)>>,
}

/// How a word that is looked for fits one that is there.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Fit {
    kind: MatchKind,
    quality: f64,
}

impl Fit {
    fn is_better_than(self, other: Self) -> bool {
        (self.kind, self.quality) > (other.kind, other.quality)
    }
}

/// The words of an index that one word that is looked for stands for.
struct Candidates {
    letters: usize,
    exact: Option<u32>,
    prefixes: Range<u32>,
    is_last: bool,
    /// Words with typing errors, sorted.
    near: Vec<(u32, f64)>,
}

impl TextIndex {
    /// Indexes literals, given in order with the fields that have them.
    ///
    /// Complexity: time **O(n log n)** of the words.
    fn build(dictionary: &Dictionary, literals: &[(TermId, u32)]) -> Self {
        let mut numbers: HashMap<String, u32, foldhash::fast::RandomState> = HashMap::default();
        let mut index = Self::default();
        let mut folder = Folder::default();
        for &(literal, fields) in literals {
            let Some(text) = text_of(dictionary, literal) else {
                continue;
            };
            let start = index.sequence.len();
            let mut letters = 0;
            folder.words(text, |word| {
                if index.sequence.len() - start == WORDS_OF_A_TEXT {
                    return;
                }
                letters += word.chars().count() as u32;
                let next = numbers.len() as u32;
                let number = match numbers.get(word) {
                    Some(number) => *number,
                    None => *numbers.entry(word.to_owned()).or_insert(next),
                };
                index.sequence.push(number);
            });
            if index.sequence.len() > start {
                index.texts.push(Text {
                    literal,
                    fields,
                    start: start as u32,
                    letters,
                });
            }
        }
        let mut words: Vec<(String, u32)> = numbers.into_iter().collect();
        words.sort_unstable();
        let mut renumbered = vec![0_u32; words.len()];
        for (position, (word, number)) in words.iter().enumerate() {
            renumbered[*number as usize] = position as u32;
            index.words.push_str(word);
            index.ends.push(index.words.len() as u32);
            let letters = word.chars().count().min(LETTERS_OF_A_WORD) as u8;
            index.marks.push((letters_of(word), letters));
        }
        for word in &mut index.sequence {
            *word = renumbered[*word as usize];
        }
        index.post();
        index.words.shrink_to_fit();
        index.sequence.shrink_to_fit();
        index.texts.shrink_to_fit();
        index
    }

    /// Writes down which texts have each word: each once, though it be there twice.
    fn post(&mut self) {
        let mut starts = vec![0_u32; self.ends.len() + 1];
        let mut last = vec![u32::MAX; self.ends.len()];
        for (text, word) in self.pairs() {
            if std::mem::replace(&mut last[word as usize], text) != text {
                starts[word as usize + 1] += 1;
            }
        }
        for word in 1..starts.len() {
            starts[word] += starts[word - 1];
        }
        let mut postings = vec![0_u32; starts.last().copied().unwrap_or_default() as usize];
        let mut next = starts.clone();
        last.fill(u32::MAX);
        for (text, word) in self.pairs() {
            let word = word as usize;
            if std::mem::replace(&mut last[word], text) != text {
                postings[next[word] as usize] = text;
                next[word] += 1;
            }
        }
        self.starts = starts;
        self.postings = postings;
    }

    /// Texts with their words.
    fn pairs(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        (0..self.texts.len()).flat_map(|text| {
            self.words_of(text)
                .iter()
                .map(move |word| (text as u32, *word))
        })
    }

    fn heap_bytes(&self) -> usize {
        self.texts.capacity() * size_of::<Text>()
            + self.words.capacity()
            + self.marks.capacity() * size_of::<(u64, u8)>()
            + self.initials.get().map_or(0, Vec::capacity) * size_of::<(u64, u32)>()
            + 4 * (self.sequence.capacity()
                + self.ends.capacity()
                + self.starts.capacity()
                + self.postings.capacity())
    }

    fn word(&self, word: u32) -> &str {
        let word = word as usize;
        let start = match word.checked_sub(1) {
            Some(before) => self.ends[before] as usize,
            None => 0,
        };
        &self.words[start..self.ends[word] as usize]
    }

    fn words_of(&self, text: usize) -> &[u32] {
        let end = self
            .texts
            .get(text + 1)
            .map_or(self.sequence.len(), |next| next.start as usize);
        &self.sequence[self.texts[text].start as usize..end]
    }

    /// The first word for which a condition no longer holds; it holds for all before it.
    fn boundary(&self, from: u32, holds: impl Fn(&str) -> bool) -> u32 {
        let (mut low, mut high) = (from, self.ends.len() as u32);
        while low < high {
            let middle = low + (high - low) / 2;
            if holds(self.word(middle)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// The words that one that is looked for stands for.
    ///
    /// Complexity: **O(log n)**, and with typing errors a glance at the letters of each word.
    fn candidates(&self, word: &str, is_last: bool, is_fuzzy: bool) -> Candidates {
        let letters = word.chars().count();
        let low = self.boundary(0, |known| known < word);
        let begins = is_last || letters >= INNER_PREFIX;
        let high = if begins {
            self.boundary(low, |known| known.starts_with(word))
        } else {
            low
        };
        let exact = ((low as usize) < self.ends.len() && self.word(low) == word).then_some(low);
        let mut near = Vec::new();
        let most = errors_allowed(word);
        if is_fuzzy && most > 0 {
            let mark = letters_of(word);
            let wanted: Vec<char> = word.chars().collect();
            let mut known = Vec::with_capacity(LETTERS_OF_A_WORD);
            for (number, (other, length)) in self.marks.iter().enumerate() {
                let number = number as u32;
                // An error brings in one letter at most, and takes one away.
                if usize::from(*length).abs_diff(letters) > most
                    || (mark & !other).count_ones() as usize > most
                    || (other & !mark).count_ones() as usize > most
                    || (low..high).contains(&number)
                {
                    continue;
                }
                known.clear();
                known.extend(self.word(number).chars());
                if let Some(errors) = distance(&wanted, &known, most)
                    && errors > 0
                {
                    near.push((number, 1.0 - errors as f64 / letters as f64));
                }
            }
        }
        Candidates {
            letters,
            exact,
            prefixes: low..high,
            is_last,
            near,
        }
    }

    fn fit(&self, candidates: &Candidates, word: u32) -> Option<Fit> {
        if candidates.exact == Some(word) {
            return Some(Fit {
                kind: MatchKind::Exact,
                quality: 1.0,
            });
        }
        if candidates.prefixes.contains(&word) {
            let length = f64::from(self.marks[word as usize].1).max(1.0);
            let share = 0.5 + 0.5 * candidates.letters as f64 / length;
            return Some(Fit {
                kind: MatchKind::Prefix,
                quality: share * if candidates.is_last { 1.0 } else { 0.8 },
            });
        }
        let at = candidates
            .near
            .binary_search_by_key(&word, |(known, _)| *known)
            .ok()?;
        Some(Fit {
            kind: MatchKind::Fuzzy,
            quality: candidates.near[at].1,
        })
    }

    fn texts_of(&self, word: u32) -> &[u32] {
        let word = word as usize;
        &self.postings[self.starts[word] as usize..self.starts[word + 1] as usize]
    }

    /// Calls `each` with the texts that have all words, and how well they fit.
    fn search(
        &self,
        query: &TextQuery,
        watch: &mut Watch<'_>,
        mut each: impl FnMut(&Text, Fitness, &mut Watch<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let last = query.words.len().saturating_sub(1);
        let candidates: Vec<Candidates> = query
            .words
            .iter()
            .enumerate()
            .map(|(position, word)| self.candidates(word, position == last, query.is_fuzzy))
            .collect();
        // The rarest word leads to the texts; the others are looked for in those.
        let words_of = |candidates: &Candidates| {
            let inexact = candidates.prefixes.clone();
            let exact = candidates
                .exact
                .filter(|exact| !candidates.prefixes.contains(exact));
            let near: Vec<u32> = candidates.near.iter().map(|(word, _)| *word).collect();
            exact.into_iter().chain(inexact).chain(near)
        };
        let rarest = candidates.iter().min_by_key(|candidates| {
            words_of(candidates)
                .map(|word| self.texts_of(word).len())
                .sum::<usize>()
        });
        let Some(rarest) = rarest else {
            return Ok(());
        };
        let mut texts: Vec<u32> = words_of(rarest)
            .flat_map(|word| self.texts_of(word))
            .copied()
            .collect();
        texts.sort_unstable();
        texts.dedup();
        for text in texts {
            watch.look()?;
            if let Some(fitness) = self.fitness(text as usize, &candidates) {
                each(&self.texts[text as usize], fitness, watch)?;
            }
        }
        Ok(())
    }

    fn fitness(&self, text: usize, candidates: &[Candidates]) -> Option<Fitness> {
        let words = self.words_of(text);
        let mut kind = MatchKind::Exact;
        let (mut quality, mut matched, mut letters) = (0.0, 0.0, 0.0);
        let mut is_whole = words.len() == candidates.len();
        for (position, wanted) in candidates.iter().enumerate() {
            let mut best: Option<(Fit, u32)> = None;
            for &word in words {
                if let Some(fit) = self.fit(wanted, word)
                    && best.is_none_or(|(other, _)| fit.is_better_than(other))
                {
                    best = Some((fit, word));
                }
            }
            let (fit, word) = best?;
            kind = kind.min(fit.kind);
            let length = wanted.letters as f64;
            quality += length * fit.quality;
            letters += length;
            matched += length.min(f64::from(self.marks[word as usize].1));
            is_whole &= words.get(position).copied() == wanted.exact && wanted.exact.is_some();
        }
        let all = f64::from(self.texts[text].letters).max(1.0);
        Some(Fitness {
            kind,
            is_whole,
            quality: quality / f64::max(letters, 1.0),
            coverage: f64::min(matched / all, 1.0),
        })
    }
}

/// How well a text fits what is looked for.
#[derive(Clone, Copy)]
struct Fitness {
    kind: MatchKind,
    /// The text is what is looked for, word by word.
    is_whole: bool,
    /// The mean of how well the words fit, long ones counting more.
    quality: f64,
    /// The share of the text's letters that were looked for.
    coverage: f64,
}

impl Fitness {
    /// The score, with four decimals: what is shown is what was sorted by.
    fn score(self, preference: f64) -> f64 {
        let preference = preference.clamp(0.0, 1.0);
        let fine = 0.45 * self.quality + 0.4 * self.coverage + 0.15 * preference;
        let score = match self.kind {
            _ if self.is_whole => 0.95 + 0.05 * preference,
            MatchKind::Exact => 0.75 + 0.2 * fine,
            MatchKind::Prefix => 0.5 + 0.25 * fine,
            MatchKind::Fuzzy => 0.2 + 0.3 * fine,
        };
        (score * 10_000.0).round() / 10_000.0
    }
}

/// A literal's text, if it is plain or in a language.
fn text_of(dictionary: &Dictionary, literal: TermId) -> Option<&str> {
    match KeyView::parse(dictionary.key(literal).ok()?).ok()? {
        KeyView::String(text)
        | KeyView::LangString(text, _)
        | KeyView::DirLangString(text, _, _) => Some(text),
        _ => None,
    }
}

fn language_of(dictionary: &Dictionary, literal: TermId) -> Option<&str> {
    match KeyView::parse(dictionary.key(literal).ok()?).ok()? {
        KeyView::LangString(_, language) | KeyView::DirLangString(_, language, _) => Some(language),
        _ => None,
    }
}

/// Whether a tag is in a basic language range (RFC 4647).
fn is_in_range(tag: &str, range: &str) -> bool {
    tag.get(..range.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(range))
        && matches!(tag.as_bytes().get(range.len()), None | Some(b'-'))
}

/// Looks at the clock now and then.
struct Watch<'a> {
    limits: &'a Limits,
    steps: usize,
}

impl Watch<'_> {
    fn look(&mut self) -> Result<(), StoreError> {
        self.steps += 1;
        if self.steps % STEPS_BETWEEN_LOOKS != 1 {
            return Ok(());
        }
        if self.limits.cancellation.is_cancelled() {
            return Err(StoreError::Cancelled);
        }
        match self.limits.deadline {
            Some(deadline) if deadline <= Instant::now() => Err(StoreError::TimedOut),
            _ => Ok(()),
        }
    }
}

// ---- indexes that are kept ------------------------------------------------------------------

/// The indexes of a snapshot: one of its base, shared by all snapshots over that base, and one of
/// its delta. Each is made when it is first needed; who comes meanwhile waits for it.
#[derive(Clone, Default)]
pub(super) struct Texts {
    base: Kept,
    delta: Kept,
}

type Kept = Arc<Mutex<Option<(Arc<TextFields>, Arc<TextIndex>)>>>;

impl Texts {
    /// Those of the next snapshot, over the same base or, after a merge, another.
    pub(super) fn next(&self, is_same_base: bool) -> Self {
        Self {
            base: if is_same_base {
                Arc::clone(&self.base)
            } else {
                Kept::default()
            },
            delta: Kept::default(),
        }
    }

    pub(super) fn heap_bytes(&self) -> usize {
        [&self.base, &self.delta]
            .into_iter()
            .filter_map(|kept| {
                let kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                Some(kept.as_ref()?.1.heap_bytes())
            })
            .sum()
    }
}

fn kept(kept: &Kept, fields: &Arc<TextFields>, make: impl FnOnce() -> TextIndex) -> Arc<TextIndex> {
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    match &*kept {
        Some((known, index)) if known == fields => Arc::clone(index),
        _ => {
            let index = Arc::new(make());
            *kept = Some((Arc::clone(fields), Arc::clone(&index)));
            index
        }
    }
}

/// The literals that are values of some properties, in order, each with its fields.
fn literals(base: &Base, delta: &Delta, properties: &[Option<TermId>]) -> Vec<(TermId, u32)> {
    let mut found: Vec<(TermId, u32)> = Vec::new();
    for (field, property) in properties.iter().enumerate() {
        let Some(property) = property else { continue };
        let pattern = [None, Some(*property), None];
        let mut last = None;
        for [_, _, object, _] in Matches::new(base, delta, pattern, GraphScope::All, &[]) {
            if last.replace(object) != Some(object) {
                found.push((object, 1 << field));
            }
        }
    }
    found.sort_unstable();
    found.dedup_by(|next, kept| {
        let is_same = next.0 == kept.0;
        if is_same {
            kept.1 |= next.1;
        }
        is_same
    });
    found
}

// ---- searching ------------------------------------------------------------------------------

/// A statement that was found.
#[derive(Clone, Copy)]
struct Find {
    subject: TermId,
    literal: TermId,
    field: usize,
    score: f64,
    kind: MatchKind,
}

impl Snapshot {
    /// The numbers of the fields' properties, and the indexes of the base and of what the delta
    /// adds, made at first use and then kept.
    fn text_indexes(&self, fields: &Arc<TextFields>) -> (Vec<Option<TermId>>, [Arc<TextIndex>; 2]) {
        let mut buffer = Vec::new();
        let properties: Vec<Option<TermId>> = fields
            .fields
            .iter()
            .map(|(property, _)| self.dictionary.find(property.as_ref().into(), &mut buffer))
            .collect();
        let base = kept(&self.texts.base, fields, || {
            let literals = literals(&self.base, &Delta::default(), &properties);
            TextIndex::build(&self.dictionary, &literals)
        });
        let delta = kept(&self.texts.delta, fields, || {
            let literals = literals(&Base::default(), &self.delta, &properties);
            TextIndex::build(&self.dictionary, &literals)
        });
        (properties, [base, delta])
    }

    /// Looks for the things of this version whose labels have all words of a query, and answers
    /// those at the positions of `window`, the best first. A thing is found once, by its best
    /// label; only statements that this snapshot shows are found.
    ///
    /// A word stands for itself; for words that begin with it, if it is the last one or has three
    /// letters; and for words that are one typing error away, if it has four letters, or two, if
    /// it has eight. Case, accents and punctuation do not count.
    ///
    /// # Scores
    /// A score is above 0 and at most 1, and rests on the label alone, not on what else there is:
    ///
    /// | the label | score |
    /// |---|---|
    /// | is the text | 0.95 to 1 |
    /// | has all words | 0.75 to 0.95 |
    /// | has words that begin with some of them | 0.5 to 0.75 |
    /// | has some with typing errors | 0.2 to 0.5 |
    ///
    /// Within its range 45 % is how well the words fit, long ones counting more, 40 % the share of
    /// the label's letters that were looked for, so that short labels come first, and 15 % how
    /// much the property is preferred. Equal scores are ordered by IRI.
    ///
    /// # Errors
    /// [`StoreError`] if time is over, or a term is damaged.
    ///
    /// # Complexity
    /// **O(v + k log k)** for `v` words (a glance at each for typing errors) and `k` finds. The
    /// first search over a base reads all its labels.
    pub fn search(
        &self,
        fields: &Arc<TextFields>,
        query: &TextQuery,
        scope: &TextScope,
        window: Range<usize>,
        limits: &Limits,
    ) -> Result<TextHits, StoreError> {
        let (properties, [base, delta]) = self.text_indexes(fields);
        let graphs: Option<Vec<TermId>> = (!scope.graphs.is_empty()).then(|| {
            let graphs = scope.graphs.iter().map(GraphName::as_ref);
            graphs.filter_map(|graph| self.graph_id(graph)).collect()
        });
        let mut watch = Watch { limits, steps: 0 };
        let mut finds: Vec<Find> = Vec::new();
        for index in [&base, &delta] {
            index.search(query, &mut watch, |text, fitness, watch| {
                let speaks = |range: &String| {
                    language_of(&self.dictionary, text.literal)
                        .is_some_and(|tag| is_in_range(tag, range))
                };
                if !scope.languages.is_empty() && !scope.languages.iter().any(speaks) {
                    return Ok(());
                }
                for (field, property) in properties.iter().enumerate() {
                    let Some(property) = property.filter(|_| text.fields >> field & 1 == 1) else {
                        continue;
                    };
                    let score = fitness.score(fields.fields[field].1);
                    let pattern = [None, Some(property), Some(text.literal)];
                    let mut last = None;
                    for [subject, _, _, graph] in self.scan(pattern, GraphScope::All) {
                        watch.look()?;
                        let is_meant = graphs.as_ref().is_none_or(|graphs| graphs.contains(&graph));
                        if is_meant && last.replace(subject) != Some(subject) {
                            finds.push(Find {
                                subject,
                                literal: text.literal,
                                field,
                                score,
                                kind: fitness.kind,
                            });
                        }
                    }
                }
                Ok(())
            })?;
        }
        self.keep_the_best(&mut finds);
        if !scope.types.is_empty() {
            self.keep_of_types(&mut finds, &scope.types, &mut watch)?;
        }
        self.sort(&mut finds, window.end);
        let total = finds.len();
        let end = window.end.min(total);
        let hits = finds
            .get(window.start.min(end)..end)
            .unwrap_or_default()
            .iter()
            .map(|find| self.hit(find, &properties, graphs.as_deref()))
            .collect::<Result<_, _>>()?;
        Ok(TextHits { total, hits })
    }

    /// Leaves one find of each subject. Numbers of terms differ from one run to the next, so what
    /// is equal is ordered by its text.
    fn keep_the_best(&self, finds: &mut Vec<Find>) {
        finds.sort_unstable_by(|a, b| {
            a.subject
                .cmp(&b.subject)
                .then(b.score.total_cmp(&a.score))
                .then(a.field.cmp(&b.field))
                .then_with(|| self.text_order(a.literal, b.literal))
        });
        finds.dedup_by_key(|find| find.subject);
    }

    fn keep_of_types(
        &self,
        finds: &mut Vec<Find>,
        types: &[NamedNode],
        watch: &mut Watch<'_>,
    ) -> Result<(), StoreError> {
        let mut buffer = Vec::new();
        let Some(property) = self.dictionary.find(rdf::TYPE.into(), &mut buffer) else {
            finds.clear();
            return Ok(());
        };
        let types: Vec<TermId> = types
            .iter()
            .filter_map(|class| self.dictionary.find(class.as_ref().into(), &mut buffer))
            .collect();
        let mut late = Ok(());
        finds.retain(|find| {
            if late.is_ok() {
                late = watch.look();
            }
            late.is_ok()
                && types.iter().any(|class| {
                    let pattern = [Some(find.subject), Some(property), Some(*class)];
                    self.scan(pattern, GraphScope::All).next().is_some()
                })
        });
        late
    }

    /// Orders finds so far as they are wanted.
    fn sort(&self, finds: &mut [Find], wanted: usize) {
        let order = |a: &Find, b: &Find| {
            b.score
                .total_cmp(&a.score)
                .then_with(|| self.text_order(a.subject, b.subject))
        };
        let first = if wanted < finds.len() {
            finds.select_nth_unstable_by(wanted, order).0
        } else {
            finds
        };
        first.sort_unstable_by(order);
    }

    fn text_order(&self, a: TermId, b: TermId) -> std::cmp::Ordering {
        // A damaged term is reported where it is read.
        let key = |id| self.dictionary.key(id).unwrap_or_default();
        key(a).cmp(key(b))
    }

    fn hit(
        &self,
        find: &Find,
        properties: &[Option<TermId>],
        meant: Option<&[TermId]>,
    ) -> Result<TextHit, StoreError> {
        let damaged = || StoreError::Internal("a label is no statement".to_owned());
        let property = properties.get(find.field).copied().flatten();
        let property = property.ok_or_else(damaged)?;
        let pattern = [Some(find.subject), Some(property), Some(find.literal)];
        let mut graphs = Vec::new();
        for [_, _, _, graph] in self.scan(pattern, GraphScope::All) {
            if meant.is_none_or(|meant| meant.contains(&graph)) {
                graphs.push(if graph == crate::rdf::DEFAULT_GRAPH {
                    GraphName::DefaultGraph
                } else {
                    node_of_term(self.term(graph)?).ok_or_else(damaged)?.into()
                });
            }
        }
        graphs.sort_by_cached_key(|graph| match graph.as_ref() {
            GraphNameRef::DefaultGraph => String::new(),
            graph => graph.to_string(),
        });
        match (self.term(property)?, self.term(find.literal)?) {
            (Term::NamedNode(property), Term::Literal(label)) => Ok(TextHit {
                subject: node_of_term(self.term(find.subject)?).ok_or_else(damaged)?,
                property,
                label,
                graphs,
                score: find.score,
                kind: find.kind,
            }),
            _ => Err(damaged()),
        }
    }
}

#[cfg(test)]
mod tests;
