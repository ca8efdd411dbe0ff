//! Names of bodies, taken apart so that they can be compared.
//!
//! A name in a list is what somebody typed into a cell: in capitals or not, with or without
//! accents, cut where the cell ended (`CAMARA OFICIAL DE COMERCIO INDUSTRIA Y`), with the legal
//! form in any spelling, abbreviated (`AYTO.`), in one of several languages. [`Name`] keeps what
//! identifies the body and sets the rest aside.

use super::words::{LEGAL_FORMS, MEANINGS, is_kind, is_small, nearly};
use icu_normalizer::DecomposingNormalizerBorrowed;
use icu_normalizer::properties::CanonicalCombiningClassMapBorrowed;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Words of a name that are looked at; what comes after tells no more.
const MOST_WORDS: usize = 40;
/// Letters of a name that are looked at.
const LONGEST: usize = 400;
/// Cells of printed lists are cut at 30 letters and more; a shorter name ends where it ends.
const SHORTEST_CUT: usize = 24;

/// A name, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Name {
    /// As it was given.
    pub text: String,
    /// The words that identify, in their order: one spelling for each meaning, without small
    /// words, legal forms, brackets and numbers.
    pub words: Vec<String>,
    /// All its words as they stand, folded.
    pub folded: String,
    /// Words in brackets: often a place or an acronym.
    pub asides: Vec<String>,
    /// Numbers, years and Roman numerals.
    pub numbers: BTreeSet<String>,
    /// The kind of body that it names first.
    pub kind: Option<&'static str>,
    /// The legal form.
    pub form: Option<&'static str>,
    /// Acronyms that stand in it: the whole name, a word in brackets or after a dash.
    pub acronyms: BTreeSet<String>,
    /// The first letters of its words.
    pub initials: String,
    /// Whether the text seems to have been cut: it is long and ends in the middle.
    pub is_cut: bool,
    /// Whether it was long enough to have been cut where a word ended.
    pub may_be_cut: bool,
}

/// A word as it stands in the text.
struct Piece {
    word: String,
    /// Whether only a full stop parts it from the word before.
    after_stop: bool,
    in_brackets: bool,
    after_dash: bool,
    /// All in capitals in a text that is not.
    is_upper: bool,
}

impl Name {
    /// Takes a name apart. Complexity: linear in its length.
    ///
    /// ```
    /// # use weft::linking::names::Name;
    /// let name = Name::new("AYTO. DE ALCALÁ DE HENARES");
    /// assert_eq!(name.words, ["municipality", "alcala", "henare"]);
    /// assert_eq!(name.kind, Some("municipality"));
    /// assert_eq!(Name::new("Cerinox, S. L.").form, Some("sl"));
    /// ```
    pub fn new(text: &str) -> Self {
        let mended = mended(text);
        let pieces = joined(pieces(&mended));
        let mut name = Self {
            text: text.to_owned(),
            ..Self::default()
        };
        let length = text.trim().chars().count();
        name.may_be_cut = length >= SHORTEST_CUT;
        name.is_cut = name.may_be_cut && ends_in_the_middle(&mended, pieces.last());
        let words: Vec<&str> = pieces.iter().map(|piece| piece.word.as_str()).collect();
        name.folded = words.join(" ");
        name.read(&pieces);
        name
    }

    fn read(&mut self, pieces: &[Piece]) {
        let (aside, main): (Vec<&Piece>, Vec<&Piece>) =
            pieces.iter().partition(|piece| piece.in_brackets);
        // A name that is all in brackets is not set aside.
        let (aside, main) = if main.is_empty() {
            (main, aside)
        } else {
            (aside, main)
        };
        for piece in &aside {
            if is_acronym(&piece.word) && stands_for(&piece.word, &main) {
                self.acronyms.insert(piece.word.clone());
            }
        }
        let main_words: Vec<String> = main.iter().map(|piece| piece.word.clone()).collect();
        if let [one] = main.as_slice()
            && is_acronym(&one.word)
        {
            self.acronyms.insert(one.word.clone());
        }
        // `CENTRO … - ITENE`, `IMEPE ALCORCON-…`: a word beside a dash that could be one.
        for (at, piece) in main.iter().enumerate() {
            let before_dash = main.get(at + 1).is_some_and(|next| next.after_dash);
            let at_an_end = (at == 0 && before_dash) || (at + 1 == main.len() && piece.after_dash);
            let others: Vec<&Piece> = main
                .iter()
                .copied()
                .filter(|other| !std::ptr::eq(*other, *piece))
                .collect();
            if main.len() > 2
                && (at_an_end || piece.is_upper)
                && is_acronym(&piece.word)
                && stands_for(&piece.word, &others)
            {
                self.acronyms.insert(piece.word.clone());
            }
        }
        let (words, form) = without_forms(main_words);
        self.form = form;
        self.initials = words
            .iter()
            .filter(|word| !is_small(word))
            .filter_map(|word| word.chars().next())
            .collect();
        self.take(&words, false);
        let aside_words: Vec<String> = aside.iter().map(|piece| piece.word.clone()).collect();
        let (aside_words, form) = without_forms(aside_words);
        self.form = self.form.or(form);
        self.take(&aside_words, true);
        // A letter that is left of a word tells nothing but that the name was cut.
        if self.is_cut
            && self.words.len() > 2
            && self
                .words
                .last()
                .is_some_and(|word| word.chars().count() == 1)
        {
            self.words.pop();
        }
        if self.words.is_empty() {
            // Nothing but small words: then they are all there is.
            self.words = pieces.iter().map(|piece| piece.word.clone()).collect();
        }
    }

    fn take(&mut self, words: &[String], is_aside: bool) {
        let stems: Vec<String> = words.iter().map(|word| stem(word).to_owned()).collect();
        let mut at = 0;
        while let Some(stem) = stems.get(at) {
            let rest = stems.get(at..).unwrap_or_default();
            if let Some((length, meaning)) = MEANINGS.at(rest) {
                at += length;
                if !is_aside && self.kind.is_none() && is_kind(meaning) {
                    self.kind = Some(meaning);
                }
                self.push(meaning.to_owned(), is_aside);
                continue;
            }
            at += 1;
            if let Some(meaning) = nearly(stem) {
                if !is_aside && self.kind.is_none() && is_kind(meaning) {
                    self.kind = Some(meaning);
                }
                self.push(meaning.to_owned(), is_aside);
            } else if let Some(number) = number(stem) {
                self.numbers.insert(number);
            } else if !is_small(stem) && !words.get(at - 1).is_some_and(|word| is_small(word)) {
                self.push(stem.clone(), is_aside);
            }
        }
    }

    fn push(&mut self, word: String, is_aside: bool) {
        if is_aside {
            self.asides.push(word);
        } else {
            self.words.push(word);
        }
    }

    /// Its identifying words in one run, so that words written apart or together are the same.
    pub fn glued(&self) -> String {
        self.words.concat()
    }

    /// Whether there is anything to compare.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }
}

/// Text whose UTF-8 was taken for Windows-1252 or Mac Roman by somebody before: `InserciÃ³`,
/// `Castell√≥n`.
fn mended(text: &str) -> Cow<'_, str> {
    let encodings = [
        (encoding_rs::WINDOWS_1252, &['Ã', 'Â'][..]),
        (encoding_rs::MACINTOSH, &['√'][..]),
    ];
    for (encoding, signs) in encodings {
        if !text.contains(signs) {
            continue;
        }
        let (bytes, _, has_errors) = encoding.encode(text);
        if !has_errors && let Ok(right) = String::from_utf8(bytes.into_owned()) {
            return right.into();
        }
        // Lower and upper case were changed since: the sign alone still tells of one letter.
    }
    text.into()
}

/// The words of a text, folded: lower case, without accents.
fn pieces(text: &str) -> Vec<Piece> {
    let normalizer = const { DecomposingNormalizerBorrowed::new_nfkd() };
    let classes = CanonicalCombiningClassMapBorrowed::new();
    let is_mixed = text.chars().any(char::is_lowercase);
    let mut pieces = Vec::new();
    let mut word = String::new();
    let mut gap = String::new();
    let mut brackets = 0_u32;
    let mut is_upper = true;
    let mut end = |word: &mut String, gap: &mut String, brackets: u32, is_upper: &mut bool| {
        if !word.is_empty() && pieces.len() < MOST_WORDS {
            pieces.push(Piece {
                word: std::mem::take(word),
                after_stop: gap.trim() == ".",
                in_brackets: brackets > 0,
                after_dash: gap.contains(['-', '–', '—', '/', ':']),
                is_upper: is_mixed && *is_upper,
            });
            gap.clear();
        }
        word.clear();
        *is_upper = true;
    };
    for c in normalizer.normalize_iter(text.chars().take(LONGEST)) {
        if classes.get_u8(c) != 0 {
            continue;
        }
        let letters = match c {
            'ß' | 'ẞ' => "ss",
            'æ' | 'Æ' => "ae",
            'œ' | 'Œ' => "oe",
            'ø' | 'Ø' => "o",
            'ł' | 'Ł' => "l",
            'đ' | 'Đ' | 'ð' | 'Ð' => "d",
            'þ' | 'Þ' => "th",
            'ı' => "i",
            // A middle dot belongs to its letters (`col·legi`), a soft hyphen to nobody.
            '·' | '\u{ad}' | '\u{200b}'..='\u{200d}' => continue,
            c if c.is_alphanumeric() => {
                is_upper &= !c.is_lowercase();
                word.extend(c.to_lowercase());
                continue;
            }
            _ => "",
        };
        if !letters.is_empty() {
            is_upper &= c.is_uppercase();
            word.push_str(letters);
            continue;
        }
        end(&mut word, &mut gap, brackets, &mut is_upper);
        match c {
            '(' | '[' => brackets += 1,
            ')' | ']' => brackets = brackets.saturating_sub(1),
            _ => {}
        }
        gap.push(c);
    }
    end(&mut word, &mut gap, brackets, &mut is_upper);
    pieces
}

/// Puts letters together that full stops part: `C.E.I.P.`, `CC.OO.`, `S. L.`.
fn joined(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::with_capacity(pieces.len());
    let mut run = false;
    for piece in pieces {
        let short = |word: &str| {
            let mut letters = word.chars();
            match (letters.next(), letters.next(), letters.next()) {
                (Some(c), None, _) => c.is_alphabetic(),
                (Some(c), Some(d), None) => c == d && c.is_alphabetic(),
                _ => false,
            }
        };
        if let Some(last) = out.last_mut()
            && piece.after_stop
            && piece.in_brackets == last.in_brackets
            && short(&piece.word)
            && (run || short(&last.word))
        {
            last.word.push_str(&piece.word);
            run = true;
            continue;
        }
        run = false;
        out.push(piece);
    }
    out
}

/// Takes the legal forms at the end away; the last one said counts. In the middle only such as are
/// nothing else are taken (`… S.L. - EMPRESA`).
fn without_forms(mut words: Vec<String>) -> (Vec<String>, Option<&'static str>) {
    let mut form = None;
    // `S L`, `S COOP`: letters that no full stop joins.
    if let [.., first, second] = words.as_slice()
        && first.chars().count() == 1
        && second.chars().count() == 1
        && LEGAL_FORMS.at(&[format!("{first}{second}")]).is_some()
    {
        let both = format!("{first}{second}");
        words.truncate(words.len() - 2);
        words.push(both);
    }
    'again: loop {
        // The longest first: `S. COOP.` is one form, not `COOP.` after a word.
        for start in words.len().saturating_sub(5)..words.len() {
            let rest = words.get(start..).unwrap_or_default();
            if start > 0
                && let Some((length, meaning)) = LEGAL_FORMS.at(rest)
                && length == rest.len()
            {
                form = form.or(Some(meaning));
                words.truncate(start);
                continue 'again;
            }
        }
        break;
    }
    const NOTHING_ELSE: [&str; 6] = ["sl", "slu", "gmbh", "ltd", "limited", "sau"];
    if words.len() > 1 {
        let before = words.len();
        let first = words.first().cloned();
        words.retain(|word| !NOTHING_ELSE.contains(&word.as_str()));
        if words.is_empty() {
            words.extend(first);
        } else if words.len() < before {
            form = form.or(Some("sl"));
        }
    }
    // `STICHTING LIBER`, `SA VITEC`, `UTE …`: in front.
    if form.is_none()
        && words.len() > 1
        && let Some(first) = words.first()
        && ["sa", "ute", "gmbh", "ltd"].contains(&first.as_str())
    {
        form = LEGAL_FORMS.at(&words[..1]).map(|(_, meaning)| meaning);
        words.remove(0);
    }
    (words, form)
}

/// The word without the `s` of a plural.
fn stem(word: &str) -> &str {
    match word.strip_suffix('s') {
        Some(stem) if stem.len() >= 4 && !stem.ends_with('s') => stem,
        _ => word,
    }
}

/// Digits, and Roman numerals from II on, as digits; `2ª` is 2.
fn number(word: &str) -> Option<String> {
    let digits = word.trim_end_matches(['a', 'o']);
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let plain = digits.trim_start_matches('0');
        return Some(if plain.is_empty() { "0" } else { plain }.to_owned());
    }
    const ROMAN: [&str; 22] = [
        "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv",
        "xvi", "xvii", "xviii", "xix", "xx", "xxi", "xxii", "xxiii",
    ];
    let at = ROMAN.iter().position(|roman| *roman == word)?;
    Some((at + 2).to_string())
}

/// Two to eight letters and digits that are no ordinary word.
fn is_acronym(word: &str) -> bool {
    let letters = word.chars().count();
    (2..=8).contains(&letters)
        && word.chars().any(char::is_alphabetic)
        && !is_small(word)
        && MEANINGS.at(&[stem(word).to_owned()]).is_none()
        && LEGAL_FORMS.at(&[word.to_owned()]).is_none()
}

/// Whether a word can be the acronym of others: its letters come in them in this order, the first
/// at the beginning of a word. `(ITA)` after `Instituto Tecnológico de Aragón`, but not `(MURCIA)`
/// after `Ayuntamiento de Pliego`.
fn stands_for(acronym: &str, words: &[&Piece]) -> bool {
    acronym.chars().count() >= 3
        && (0..words.len()).any(|start| {
            let rest = words.get(start..).unwrap_or_default();
            let begins = rest
                .first()
                .is_some_and(|first| first.word.chars().next() == acronym.chars().next());
            let mut letters = rest.iter().flat_map(|piece| piece.word.chars());
            begins && acronym.chars().all(|c| letters.any(|letter| letter == c))
        })
}

fn ends_in_the_middle(text: &str, last: Option<&Piece>) -> bool {
    let ends_open = text.trim_end().ends_with(['-', ',', '/', '(', '&', ':']);
    let is_open = text.matches('(').count() > text.matches(')').count();
    let word_is_open = last.is_some_and(|piece| {
        let letters = piece.word.chars().count();
        (is_small(&piece.word) || letters == 1) && !text.trim_end().ends_with('.')
    });
    ends_open || is_open || word_is_open
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> String {
        Name::new(text).words.join(" ")
    }

    #[test]
    fn accents_case_and_small_words_do_not_count() {
        assert_eq!(words("FUNDACIÓN DE MUJERES"), words("Fundacion Mujeres"));
        assert_eq!(words("L'Hospital de la Santa Creu"), "hospital saint creu");
        assert_eq!(words("Straße & Łódź"), "strasse lodz");
    }

    #[test]
    fn legal_forms_are_set_aside_in_every_spelling() {
        for text in [
            "Cerinox SL",
            "CERINOX, S.L.",
            "Cerinox S. L.",
            "Cerinox, S L",
            "Cerinox S.L.U.",
            "CERINOX SOCIEDAD LIMITADA",
        ] {
            let name = Name::new(text);
            assert_eq!(
                (name.words.join(" "), name.form),
                ("cerinox".into(), Some("sl")),
                "{text}"
            );
        }
        assert_eq!(Name::new("MIK S. COOP.").form, Some("coop"));
        assert_eq!(Name::new("Haus der Hilfe e.V.").form, Some("ev"));
        // What could be a form in the middle of a name is a word.
        assert_eq!(words("BATH SPA UNIVERSITY"), "bath spa university");
    }

    #[test]
    fn one_meaning_has_one_spelling() {
        assert_eq!(words("AYTº MULA"), words("AYUNTAMIENTO DE MULA"));
        assert_eq!(
            words("UNIVERSITAT DE VALENCIA"),
            words("Universidad de Valencia")
        );
        assert_eq!(words("CRUZ ROJA VIZCAYA"), words("Cruz Roja Bizkaia"));
    }

    #[test]
    fn a_slip_in_a_long_known_word_is_forgiven() {
        assert_eq!(
            words("FUNDACIION LUIS VIVES"),
            words("Fundación Luis Vives")
        );
        assert_eq!(words("MANCAMUNIDAD DEL SUR"), words("Mancomunidad del Sur"));
        // These are words of their own.
        assert_ne!(words("INDUSTRIAL"), words("INDUSTRIA"));
    }

    #[test]
    fn numbers_acronyms_and_brackets_stand_apart() {
        let name = Name::new("I.E.S. Nº 2 (ALICANTE)");
        assert_eq!(name.numbers, BTreeSet::from(["2".to_owned()]));
        assert_eq!(name.asides, ["alicante"]);
        assert_eq!(name.kind, Some("secondary school"));
        let name = Name::new("INSTITUTO TECNOLÓGICO DE ARAGÓN (ITA)");
        assert!(name.acronyms.contains("ita"));
        assert_eq!(name.initials, "ita");
        assert!(
            Name::new("AYUNTAMIENTO DE PLIEGO (MURCIA)")
                .acronyms
                .is_empty()
        );
        assert!(Name::new("U.N.E.D.").acronyms.contains("uned"));
        assert_eq!(
            Name::new("CARLOS III").numbers,
            BTreeSet::from(["3".to_owned()])
        );
    }

    #[test]
    fn a_cut_name_is_known_by_its_end() {
        assert!(Name::new("CAMARA OFICIAL DE COMERCIO INDUSTRIA Y").is_cut);
        assert!(Name::new("CARITAS DIOCESANA DE BARBASTRO-").is_cut);
        assert!(!Name::new("AYUNTAMIENTO DE VALDEMORO").is_cut);
        assert!(!Name::new("CAMARA Y").is_cut);
    }

    #[test]
    fn letters_that_were_read_in_the_wrong_encoding_are_mended() {
        assert_eq!(words("Empresa d'InserciÃ³"), words("Empresa d'Inserció"));
        assert_eq!(words("Castell√≥n"), "castellon");
    }

    #[test]
    fn nothing_breaks_a_name() {
        for text in [
            "",
            "   ",
            "()",
            "S.L.",
            "DE LA",
            "((((",
            "....",
            "🙂",
            "a\u{301}\u{301}",
        ] {
            let name = Name::new(text);
            assert!(name.words.len() <= 2, "{text}: {name:?}");
        }
        assert!(Name::new(&"long ".repeat(10_000)).words.len() <= MOST_WORDS);
    }
}
