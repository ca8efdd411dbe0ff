use super::*;
use crate::rdf::Batch;
use crate::store::{CommitInfo, KnowledgeStore, StoreOptions};
use oxigraph::model::{NamedNodeRef, QuadRef};
use std::time::Duration;

const LABEL: &str = "http://x/label";
const OTHER: &str = "http://x/other";

pub(super) fn fields() -> Arc<TextFields> {
    let node = |iri| NamedNode::new_unchecked(iri);
    Arc::new(TextFields::new([(node(LABEL), 1.0), (node(OTHER), 0.5)]))
}

/// Lines of a subject and its label: `a Caritas Wien`, `a Caritas@de`, `a ~C.W.` for the other
/// property.
fn batch(lines: &str) -> Batch {
    let mut batch = Batch::new();
    for line in lines.lines() {
        let (subject, label) = line.trim().split_once(' ').unwrap();
        let subject = NamedNode::new_unchecked(format!("http://x/{subject}"));
        let (property, label) = match label.strip_prefix('~') {
            Some(label) => (OTHER, label),
            None => (LABEL, label),
        };
        let label = match label.split_once('@') {
            Some((label, tag)) => Literal::new_language_tagged_literal(label, tag).unwrap(),
            None => Literal::new_simple_literal(label),
        };
        batch.push(QuadRef::new(
            &subject,
            NamedNodeRef::new_unchecked(property),
            &label,
            GraphNameRef::DefaultGraph,
        ));
    }
    batch
}

pub(super) fn store(lines: &str) -> KnowledgeStore {
    let store = KnowledgeStore::in_memory(StoreOptions::default());
    add(&store, lines);
    store
}

fn add(store: &KnowledgeStore, lines: &str) {
    let batch = batch(lines);
    let about = CommitInfo::new("test", "add");
    let work = move |t: &mut crate::store::Transaction| t.insert_batch(&batch);
    store.write::<_, StoreError>(about, work).unwrap();
}

fn search(snapshot: &Snapshot, text: &str, scope: &TextScope) -> Vec<TextHit> {
    let query = TextQuery::new(text, true).unwrap();
    let limits = Limits::default();
    let found = snapshot.search(&fields(), &query, scope, 0..usize::MAX, &limits);
    found.unwrap().hits
}

/// The local names of what is found, the best first.
fn names(snapshot: &Snapshot, text: &str) -> String {
    let hits = search(snapshot, text, &TextScope::default());
    let names = hits.iter().map(|hit| {
        let name = hit.subject.to_string();
        name.trim_matches(['<', '>'])["http://x/".len()..].to_owned()
    });
    names.collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn check(lines: &str, text: &str, expected: &str) {
    assert_eq!(names(&store(lines).snapshot(), text), expected, "{text}");
}

fn words(text: &str) -> String {
    let mut found = Vec::new();
    Folder::default().words(text, |word| found.push(word.to_owned()));
    found.join(" ")
}

#[test]
fn words_are_folded_in_every_script() {
    for (text, expected) in [
        ("Österreichische Volkshilfe", "osterreichische volkshilfe"),
        ("O\u{308}sterreich", "osterreich"),
        ("Straße, STRASSE", "strasse strasse"),
        ("Łódź Đurđevac Ærø İzmir", "lodz durdevac aero izmir"),
        ("L'Arche (Île-de-France)", "l arche ile de france"),
        ("Αθήνα ΑΘΉΝΑΣ", "αθηνα αθηνασ"),
        ("Ёлка й", "елка и"),
        ("ﬁnance Ｗｉｅｎ №5", "finance wien no5"),
        ("東京 care", "東 京 care"),
        ("Pfle\u{ad}ge", "pflege"),
        ("  --- ", ""),
    ] {
        assert_eq!(words(text), expected, "{text}");
    }
}

#[test]
fn folded_text_folds_to_itself() {
    use proptest::prelude::*;
    proptest!(|(text in "\\PC{0,40}")| {
        let once = words(&text);
        prop_assert_eq!(words(&once), once);
    });
}

#[test]
fn accents_and_case_do_not_count() {
    let lines = "a Österreichische Caritas\nb Diakonie Düsseldorf";
    check(lines, "OSTERREICHISCHE", "a");
    check(lines, "österreichische caritas", "a");
    check(lines, "dusseldorf", "b");
    check(lines, "Düsseldorf", "b");
}

#[test]
fn all_words_must_be_there_in_any_order() {
    let lines = "a Caritas Wien\nb Caritas Graz\nc Hilfswerk Wien";
    check(lines, "wien caritas", "a");
    check(lines, "caritas", "a b");
}

#[test]
fn the_last_word_may_be_the_beginning_of_one() {
    let lines = "a Volkshilfe Wien\nb Hilfswerk";
    check(lines, "volks", "a");
    check(lines, "h", "b");
    check(lines, "volksh wien", "a");
    check(lines, "v wien", "");
}

#[test]
fn typing_errors_are_forgiven_in_long_words() {
    let lines = "a Volkshilfe\nb Wien";
    check(lines, "volkhilfe", "a");
    check(lines, "vokslhilfe", "a");
    check(lines, "folkshilfee", "a");
    check(lines, "folgshilfee", "");
    check(lines, "wein", "b");
    check(lines, "wan", "");
}

#[test]
fn numbers_are_not_mistyped() {
    check("a Plan 2010\nb Plan 2011", "2010", "a");
}

#[test]
fn the_whole_label_comes_before_words_beginnings_and_errors() {
    check(
        "near Caritos\nprefix Caritasverband\nwords Caritas der Erzdiözese\nwhole caritas",
        "Caritas",
        "whole words prefix near",
    );
}

#[test]
fn scores_stay_in_the_ranges_that_are_documented() {
    let store = store(
        "a Pflege\nb Pflege zu Hause\nc Pflegedienst\nd Pfelge\ne ~Pflege\nf Hause Pflege\ng ~Pflegedienste der sehr langen Namen in vielen Orten",
    );
    for text in ["pflege", "hause pflege", "pflege zu", "pfleg"] {
        for hit in search(&store.snapshot(), text, &TextScope::default()) {
            let range = match hit.kind {
                MatchKind::Exact => 0.75..=1.0,
                MatchKind::Prefix => 0.5..=0.75,
                MatchKind::Fuzzy => 0.2..=0.5,
            };
            assert!(range.contains(&hit.score), "{text}: {hit:?}");
        }
    }
}

#[test]
fn short_labels_and_preferred_properties_come_first() {
    check(
        "long Caritas der Erzdiözese Wien\nshort Caritas Wien\nother ~Caritas Wien",
        "caritas wien",
        "short other long",
    );
    check("b Hilfe\na Hilfe", "hilfe", "a b");
}

#[test]
fn a_thing_is_found_once_by_its_best_label() {
    let lines = "a Red Cross@en\na Rotes Kreuz@de\na ~Kreuz@de\na Croix-Rouge@fr";
    let store = store(lines);
    let found = |text| search(&store.snapshot(), text, &TextScope::default());
    let hits = found("kreuz");
    assert_eq!(hits.len(), 1);
    assert_eq!(hits[0].label.to_string(), "\"Kreuz\"@de");
    assert_eq!(hits[0].property.as_str(), OTHER);
    assert_eq!(found("croix")[0].label.language(), Some("fr"));
    // Words of one label, not of several.
    assert!(found("red kreuz").is_empty());
}

#[test]
fn languages_and_their_regions_restrict() {
    let store = store("a Hospiz@de-AT\nb Hospiz@de\nc Hospiz@nl\nd Hospiz");
    let scope = |language: &str| TextScope {
        languages: vec![language.to_owned()],
        ..TextScope::default()
    };
    let count = |language| search(&store.snapshot(), "hospiz", &scope(language)).len();
    assert_eq!(["de", "DE-at", "nl", "d"].map(count), [2, 1, 1, 0]);
}

#[test]
fn types_restrict() {
    let store = store("a Hospiz\nb Hospiz");
    let node = |iri| NamedNode::new_unchecked(iri);
    let mut batch = Batch::new();
    batch.push(QuadRef::new(
        &node("http://x/b"),
        rdf::TYPE,
        &node("http://x/Class"),
        GraphNameRef::DefaultGraph,
    ));
    let about = CommitInfo::new("test", "types");
    store
        .write::<_, StoreError>(about, move |t| t.insert_batch(&batch))
        .unwrap();
    let scope = |class| TextScope {
        types: vec![node(class)],
        ..TextScope::default()
    };
    let found = |class| search(&store.snapshot(), "hospiz", &scope(class)).len();
    assert_eq!([found("http://x/Class"), found("http://x/None")], [1, 0]);
}

#[test]
fn a_window_is_cut_from_the_order_of_all() {
    let lines: Vec<String> = (0..50).map(|n| format!("n{n:02} Heim {n}")).collect();
    let snapshot = store(&lines.join("\n")).snapshot();
    let query = TextQuery::new("heim", true).unwrap();
    let found = |window| {
        let scope = TextScope::default();
        snapshot
            .search(&fields(), &query, &scope, window, &Limits::default())
            .unwrap()
    };
    let all = found(0..usize::MAX);
    assert_eq!((all.total, all.hits.len()), (50, 50));
    for window in [0..7, 7..20, 45..60, 60..70, 9..9] {
        let some = found(window.clone());
        assert_eq!(some.total, 50);
        let range = window.start.min(50)..window.end.min(50);
        assert_eq!(some.hits, all.hits.get(range).unwrap_or_default());
    }
}

#[test]
fn an_older_snapshot_does_not_see_newer_labels_and_a_newer_one_not_those_that_went() {
    let store = store("a Caritas\nb Volkshilfe");
    let before = store.snapshot();
    assert_eq!(names(&before, "caritas"), "a");
    add(&store, "c Caritas Linz");
    let between = store.snapshot();
    assert_eq!(names(&between, "caritas"), "a c");
    assert_eq!(names(&before, "caritas"), "a");
    let gone = batch("a Caritas");
    let about = CommitInfo::new("test", "remove");
    store
        .write::<_, StoreError>(about, move |t| {
            for quad in gone.iter() {
                t.remove(quad.as_ref());
            }
            Ok(())
        })
        .unwrap();
    assert_eq!(names(&store.snapshot(), "caritas"), "c");
    assert_eq!(names(&between, "caritas"), "a c");
}

#[test]
fn a_merge_of_the_delta_changes_no_answer() {
    let store = store("a Caritas");
    let lines: Vec<String> = (0..5_000).map(|n| format!("n{n} Verein {n}")).collect();
    let before = store.snapshot();
    assert_eq!(names(&before, "caritas"), "a");
    add(&store, &lines.join("\n"));
    let after = store.snapshot();
    assert!(after.delta.is_empty(), "the delta was to be merged");
    assert_eq!(names(&after, "caritas"), "a");
    assert_eq!(names(&after, "verein 4711"), "n4711");
    assert_eq!(names(&before, "verein 4711"), "");
}

#[test]
fn the_index_of_the_base_is_shared_and_that_of_the_delta_is_not() {
    let lines: Vec<String> = (0..5_000).map(|n| format!("n{n} Verein {n}")).collect();
    let store = store(&lines.join("\n"));
    let first = store.snapshot();
    names(&first, "verein");
    add(&store, "x Caritas");
    let second = store.snapshot();
    assert!(Arc::ptr_eq(&first.texts.base, &second.texts.base));
    assert!(!Arc::ptr_eq(&first.texts.delta, &second.texts.delta));
}

#[test]
fn other_fields_make_another_index() {
    let store = store("a Caritas\nb ~Caritas");
    let snapshot = store.snapshot();
    assert_eq!(names(&snapshot, "caritas"), "a b");
    let one = Arc::new(TextFields::new([(NamedNode::new_unchecked(OTHER), 1.0)]));
    let query = TextQuery::new("caritas", true).unwrap();
    let scope = TextScope::default();
    let found = snapshot.search(&one, &query, &scope, 0..9, &Limits::default());
    assert_eq!(found.unwrap().total, 1);
}

#[test]
fn a_text_without_words_or_with_too_many_is_refused() {
    assert!(matches!(
        TextQuery::new(" ?! ", true),
        Err(TextError::NoWords(_))
    ));
    assert_eq!(
        TextQuery::new(&"a ".repeat(17), true),
        Err(TextError::TooLong)
    );
    assert_eq!(
        TextQuery::new(&"a".repeat(4_000), true),
        Err(TextError::TooLong)
    );
    check("a Caritas", &"a".repeat(500), "");
}

#[test]
fn a_search_stops_when_time_is_over() {
    let store = store("a Caritas");
    let query = TextQuery::new("caritas", true).unwrap();
    let limits = Limits {
        deadline: Some(Instant::now() - Duration::from_secs(1)),
        ..Limits::default()
    };
    let scope = TextScope::default();
    let found = store
        .snapshot()
        .search(&fields(), &query, &scope, 0..9, &limits);
    assert!(matches!(found, Err(StoreError::TimedOut)));
}

#[test]
fn distances_are_those_of_a_full_table() {
    use proptest::prelude::*;
    fn full(a: &[char], b: &[char]) -> usize {
        let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                table[i][j] = if i == 0 || j == 0 {
                    i + j
                } else {
                    let other = usize::from(a[i - 1] != b[j - 1]);
                    let mut least = (table[i - 1][j - 1] + other)
                        .min(table[i - 1][j] + 1)
                        .min(table[i][j - 1] + 1);
                    if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                        least = least.min(table[i - 2][j - 2] + 1);
                    }
                    least
                };
            }
        }
        table[a.len()][b.len()]
    }
    proptest!(|(a in "[abc]{0,9}", b in "[abc]{0,9}", most in 0..4_usize)| {
        let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
        let expected = Some(full(&a, &b)).filter(|distance| *distance <= most);
        prop_assert_eq!(distance(&a, &b, most), expected);
    });
}
