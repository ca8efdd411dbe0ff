//! How well links are suggested, on pairs of names that were judged one by one.
//!
//! `tests/cases/linking/labelled.csv` holds pairs of names from two public lists, each read and
//! judged by itself. One half of them (by hash) was used to estimate the weights, the other was not
//! used for that; precision and recall are told for both.

use crate::support::{report, run, shared};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Read;
use std::path::Path;
use std::time::Instant;
use weft::linking::blocking::{Corpus, candidates};
use weft::linking::records::Record;
use weft::linking::score::{Level, Verdict, judge, levels};
use weft::linking::{Match, matches};

struct Pair {
    left: String,
    right: String,
    is_same: bool,
    is_held_out: bool,
}

fn labelled() -> Vec<Pair> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/linking/labelled.csv");
    let mut reader = csv::Reader::from_path(path).unwrap();
    let rows = reader.records().map(Result::unwrap);
    rows.map(|row| {
        let (left, right) = (row[0].to_owned(), row[1].to_owned());
        let hash = blake3::hash(format!("{left}\n{right}").as_bytes());
        Pair {
            is_same: match &row[2] {
                "yes" => true,
                "no" => false,
                other => panic!("`same` is {other}"),
            },
            is_held_out: hash.as_bytes()[0] % 2 == 1,
            left,
            right,
        }
    })
    .collect()
}

fn corpus_of(names: impl IntoIterator<Item = String>) -> Corpus {
    let names: BTreeSet<String> = names.into_iter().collect();
    let records: Vec<Record> = names.iter().map(|name| Record::named(name)).collect();
    Corpus::new(&records)
}

/// Pairs that were found and are right, were found and are wrong, and were missed.
#[derive(Default)]
struct Tally {
    right: f64,
    wrong: f64,
    missed: f64,
}

impl Tally {
    fn precision(&self) -> f64 {
        self.right / (self.right + self.wrong)
    }

    fn recall(&self) -> f64 {
        self.right / (self.right + self.missed)
    }
}

fn tally(pairs: &[Pair], corpus: &Corpus, held_out: bool, threshold: f64, tell: bool) -> Tally {
    let mut tally = Tally::default();
    for pair in pairs.iter().filter(|pair| pair.is_held_out == held_out) {
        let (left, right) = (Record::named(&pair.left), Record::named(&pair.right));
        let verdict = judge(&left, &right, corpus);
        let is_found = verdict.score >= threshold;
        match (is_found, pair.is_same) {
            (true, true) => tally.right += 1.0,
            (true, false) => tally.wrong += 1.0,
            (false, true) => tally.missed += 1.0,
            (false, false) => {}
        }
        if tell && is_found != pair.is_same {
            let what = if pair.is_same { "missed" } else { "wrong" };
            let (left, right) = (&pair.left, &pair.right);
            println!("  {what}: {left} | {right}: {}", told(&verdict));
        }
    }
    tally
}

fn told(verdict: &Verdict) -> String {
    let reasons: Vec<String> = verdict
        .reasons
        .iter()
        .map(|reason| format!("{} {}", reason.feature, reason.contribution))
        .collect();
    format!("{} ({})", verdict.score, reasons.join(", "))
}

/// m and u of each level on the estimation half, with half a pair added to each, among the pairs
/// of which the feature is known at all.
fn print_estimates(pairs: &[Pair], corpus: &Corpus) {
    let mut counts: BTreeMap<Level, [f64; 2]> = BTreeMap::new();
    let mut totals: BTreeMap<&str, [f64; 2]> = BTreeMap::new();
    for pair in pairs.iter().filter(|pair| !pair.is_held_out) {
        let (left, right) = (Record::named(&pair.left), Record::named(&pair.right));
        let side = usize::from(!pair.is_same);
        let found = levels(&left, &right, corpus);
        // Names may well agree where the legal form tells two companies of a group apart: that is
        // for the form to weigh.
        let differs = [Level::FormDiffers, Level::KindDiffers, Level::NumbersDiffer];
        let is_told_apart = found.iter().any(|level| differs.contains(level));
        for level in found {
            if is_told_apart && level.feature() == "name" {
                continue;
            }
            counts.entry(level).or_default()[side] += 1.0;
            totals.entry(level.feature()).or_default()[side] += 1.0;
        }
    }
    println!("  level: m, u, ln(m/u) estimated; weight used");
    for (level, [same, other]) in counts {
        let [all_same, all_other] = totals[level.feature()];
        let (m, u) = (
            (same + 0.5) / (all_same + 1.0),
            (other + 0.5) / (all_other + 1.0),
        );
        let (weight, used) = ((m / u).ln(), level.weight());
        println!("  {level:?}: {m:.3}, {u:.3}, {weight:.2}; {used:.2}  ({same}/{other})");
    }
}

#[test]
fn suggested_links_are_right_and_few_are_missed() {
    let pairs = labelled();
    let (same, other) = (
        pairs.iter().filter(|pair| pair.is_same).count(),
        pairs.iter().filter(|pair| !pair.is_same).count(),
    );
    assert!(same >= 150 && other >= 250, "{same} {other}");
    let names = pairs
        .iter()
        .flat_map(|pair| [pair.left.clone(), pair.right.clone()]);
    let mut corpora = vec![("names of the labelled pairs", corpus_of(names))];
    if let Some(lists) = lists() {
        let all = lists.esf.into_iter().chain(lists.h2020);
        corpora.push(("names of both lists", corpus_of(all)));
    }
    for (what, corpus) in &corpora {
        let tell = std::env::var_os("WEFT_TELL").is_some();
        if tell {
            print_estimates(&pairs, corpus);
        }
        for held_out in [false, true] {
            let half = if held_out {
                "held out"
            } else {
                "estimation half"
            };
            for threshold in [0.5, 0.8, 0.9, 0.95] {
                let tally = tally(
                    &pairs,
                    corpus,
                    held_out,
                    threshold,
                    tell && threshold == 0.8,
                );
                let (precision, recall) = (tally.precision(), tally.recall());
                println!(
                    "linking: precision {precision:.3}, recall {recall:.3} at {threshold} ({half}, {what})"
                );
                if threshold == 0.8 {
                    assert!(
                        precision >= 0.95,
                        "precision {precision:.3} ({half}, {what})"
                    );
                    assert!(recall >= 0.85, "recall {recall:.3} ({half}, {what})");
                }
            }
        }
    }
}

struct Lists {
    esf: Vec<String>,
    h2020: Vec<String>,
    spanish: Vec<String>,
}

fn unzipped(path: &Path) -> String {
    let mut text = String::new();
    let file = std::fs::File::open(path).unwrap();
    flate2::read::GzDecoder::new(file)
        .read_to_string(&mut text)
        .unwrap();
    text
}

/// The names of both lists, where the data of others is at hand.
fn lists() -> Option<Lists> {
    let data = shared("data")?;
    let mut esf = BTreeSet::new();
    let folder = data.join("esf-spain-2007-2013");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .ok()?
        .flatten()
        .map(|f| f.path())
        .collect();
    files.sort();
    for file in files
        .iter()
        .filter(|file| file.extension().is_some_and(|end| end == "gz"))
    {
        let rows: serde_json::Value = serde_json::from_str(&unzipped(file)).unwrap();
        for row in rows.as_array().unwrap() {
            let name = row["beneficiary"]
                .as_str()
                .unwrap_or_default()
                .to_uppercase();
            esf.insert(name.split_whitespace().collect::<Vec<_>>().join(" "));
        }
    }
    let text = unzipped(&data.join("h2020-participation/organisations-2017.csv.gz"));
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let columns = reader.headers().unwrap().clone();
    let column = |name: &str| columns.iter().position(|column| column == name).unwrap();
    let (name, country) = (column("name"), column("country"));
    let (mut h2020, mut spanish) = (Vec::new(), Vec::new());
    for row in reader.records() {
        let row = row.unwrap();
        let name = row[name].split_whitespace().collect::<Vec<_>>().join(" ");
        if &row[country] == "ES" {
            spanish.push(name.clone());
        }
        h2020.push(name);
    }
    Some(Lists {
        esf: esf.into_iter().collect(),
        h2020,
        spanish,
    })
}

/// Names that were drawn, and which pairs of theirs somebody judged how.
struct Sample {
    drawn: BTreeSet<String>,
    same: BTreeSet<(String, String)>,
    unsure: BTreeSet<(String, String)>,
}

impl Sample {
    /// Those of some parts of a sample that lies in two files.
    fn read(judged: &str, unsure: &str, parts: &str) -> Self {
        let rows = |file: &str| -> Vec<csv::StringRecord> {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/linking");
            let mut reader = csv::Reader::from_path(path.join(file)).unwrap();
            let rows = reader.records().map(Result::unwrap);
            rows.filter(|row| parts.contains(&row[5])).collect()
        };
        let pair = |row: &csv::StringRecord| (row[0].to_owned(), row[1].to_owned());
        let judged = rows(judged);
        Self {
            drawn: judged.iter().map(|row| row[0].to_owned()).collect(),
            same: judged
                .iter()
                .filter(|row| &row[2] == "yes")
                .map(pair)
                .collect(),
            unsure: rows(unsure).iter().map(pair).collect(),
        }
    }

    /// What is suggested for the names that were drawn, without what could not be settled.
    fn suggested(&self, names: &[&String], found: &[Match]) -> BTreeMap<(String, String), f64> {
        let mut suggested = BTreeMap::new();
        for pair in found {
            let (left, right) = (names[pair.left].clone(), names[pair.right].clone());
            for pair_of_names in [(left.clone(), right.clone()), (right, left)] {
                if self.drawn.contains(&pair_of_names.0) && !self.unsure.contains(&pair_of_names) {
                    suggested.insert(pair_of_names, pair.verdict.score);
                }
            }
        }
        suggested
    }

    fn tally(&self, suggested: &BTreeMap<(String, String), f64>) -> Tally {
        let right = suggested.keys().filter(|pair| self.same.contains(pair));
        let right = right.count();
        Tally {
            right: right as f64,
            wrong: (suggested.len() - right) as f64,
            missed: (self.same.len() - right) as f64,
        }
    }
}

/// Precision and recall of whole suggestions, blocking and all, for names that were drawn at random
/// and of which every likely duplicate was judged by somebody who knew nothing of the comparison.
/// What is suggested for such a name and was not judged the same counts as wrong.
#[test]
fn links_of_names_drawn_at_random_are_mostly_right() {
    let Some(lists) = lists() else {
        println!("skipped: WEFT_SHARED is not set");
        return;
    };
    let names: BTreeSet<&String> = lists.esf.iter().chain(&lists.spanish).collect();
    let names: Vec<&String> = names.into_iter().collect();
    let records: Vec<Record> = names.iter().map(|name| Record::named(name)).collect();
    let first = Sample::read("independent.csv", "unsure.csv", "AB");
    let plain = Sample::read("second.csv", "second-unsure.csv", "CD");
    let enriched = Sample::read("second.csv", "second-unsure.csv", "EF");
    assert_eq!((first.drawn.len(), first.same.len()), (200, 62));
    assert_eq!((plain.drawn.len(), plain.same.len()), (160, 43));
    assert_eq!((enriched.drawn.len(), enriched.same.len()), (140, 40));
    let corpus = Corpus::new(&records);
    let tell = std::env::var_os("WEFT_TELL").is_some();
    for threshold in [0.95, 0.9, 0.8, 0.5] {
        let found = matches(&records, None, threshold, &|| false).unwrap();
        for (what, sample) in [
            ("first sample", &first),
            ("second sample", &plain),
            ("second sample, enriched", &enriched),
        ] {
            let suggested = sample.suggested(&names, &found);
            let tally = sample.tally(&suggested);
            let (precision, recall) = (tally.precision(), tally.recall());
            report(&format!(
                "linking: names drawn at random, {what}, at {threshold}: precision {precision:.3} ({} of {}), recall {recall:.3} ({} of {})",
                tally.right,
                suggested.len(),
                tally.right,
                sample.same.len(),
            ));
            // The comparison was changed with the first sample in view, and nobody has looked at
            // what comes out wrong in the second.
            if threshold == 0.8 {
                assert!(precision >= 0.9, "{precision} ({what})");
                assert!(recall >= 0.65, "{recall} ({what})");
            }
            if what == "first sample" {
                let floors = match threshold {
                    0.95 => (0.97, 0.65),
                    0.9 => (0.97, 0.68),
                    0.8 => (0.94, 0.84),
                    _ => (0.92, 0.9),
                };
                assert!(precision >= floors.0, "{precision} at {threshold}");
                assert!(recall >= floors.1, "{recall} at {threshold}");
                if tell && threshold == 0.8 {
                    tell_of(sample, &suggested, &corpus);
                }
            }
        }
        if threshold == 0.5 {
            for pair in &found {
                let (left, right) = (&records[pair.left], &records[pair.right]);
                let turned = judge(right, left, &corpus).score;
                assert_eq!(
                    turned, pair.verdict.score,
                    "{} / {}",
                    left.label, right.label
                );
            }
        }
    }
}

fn tell_of(sample: &Sample, suggested: &BTreeMap<(String, String), f64>, corpus: &Corpus) {
    let missed = sample
        .same
        .iter()
        .filter(|pair| !suggested.contains_key(*pair));
    for (left, right) in missed {
        let verdict = judge(&Record::named(left), &Record::named(right), corpus);
        println!("  missed: {left} | {right}: {}", told(&verdict));
    }
    let wrong = suggested
        .iter()
        .filter(|pair| !sample.same.contains(pair.0));
    for ((left, right), score) in wrong {
        println!("  wrong: {left} | {right}: {score}");
    }
}

#[test]
fn blocking_loses_few_of_the_pairs_that_are_the_same() {
    let Some(lists) = lists() else {
        println!("skipped: WEFT_SHARED is not set");
        return;
    };
    let records = |names: &[String]| names.iter().map(|name| Record::named(name)).collect();
    let all: Vec<String> = lists.esf.iter().chain(&lists.h2020).cloned().collect();
    let all: BTreeSet<String> = all.into_iter().collect();
    let all: Vec<String> = all.into_iter().collect();
    let position: HashMap<&str, u32> = all
        .iter()
        .enumerate()
        .map(|(at, name)| (name.as_str(), at as u32))
        .collect();
    let everything: Vec<Record> = records(&all);
    let corpus = Corpus::new(&everything);
    let started = Instant::now();
    let found = candidates(&everything, None, &corpus, &|| false).unwrap();
    println!(
        "linking: {} records, {} candidates in {:.1} s",
        everything.len(),
        found.len(),
        started.elapsed().as_secs_f64()
    );
    let (mut kept, mut lost) = (0, 0);
    for pair in labelled().iter().filter(|pair| pair.is_same) {
        let (Some(&l), Some(&r)) = (
            position.get(pair.left.as_str()),
            position.get(pair.right.as_str()),
        ) else {
            panic!("{} or {} is in neither list", pair.left, pair.right);
        };
        if found.binary_search(&(l.min(r), l.max(r))).is_ok() {
            kept += 1;
        } else {
            println!("  lost: {} | {}", pair.left, pair.right);
            lost += 1;
        }
    }
    let recall = f64::from(kept) / f64::from(kept + lost);
    println!(
        "linking: blocking keeps {recall:.3} of {} pairs",
        kept + lost
    );
    assert!(recall >= 0.95, "{recall}");

    let (esf, spanish): (Vec<Record>, Vec<Record>) = (records(&lists.esf), records(&lists.spanish));
    for (what, right) in [
        ("ESF with H2020 Spain", Some(spanish.as_slice())),
        ("ESF itself", None),
    ] {
        let started = Instant::now();
        let found = matches(&esf, right, 0.8, &|| false).unwrap();
        println!(
            "linking: {what}: {} pairs at 0.8 in {:.1} s",
            found.len(),
            started.elapsed().as_secs_f64()
        );
        assert!(!found.is_empty());
        if std::env::var_os("WEFT_TELL").is_some() {
            let others = right.unwrap_or(&esf);
            for pair in found.iter().step_by(found.len() / 60 + 1) {
                let (left, right) = (&esf[pair.left].label, &others[pair.right].label);
                println!("  {} {left} | {right}", pair.verdict.score);
            }
        }
    }
}

#[test]
fn links_are_suggested_and_decided_on_the_command_line() {
    let folder = tempfile::TempDir::new().unwrap();
    let data = "@prefix weft: <https://w3id.org/weft/ns#> .
        @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
        @prefix g: <https://w3id.org/weft/graph/partner/> . @prefix e: <http://e/> .
        g:a { e:a a weft:Actor ; rdfs:label 'AYTO. DE GALDAKAO' . }
        g:b { e:b a weft:Actor ; rdfs:label 'Ayuntamiento de Galdakao' . }";
    std::fs::write(folder.path().join("data.trig"), data).unwrap();
    let weft = |arguments: &[&str]| {
        let all = [arguments, &["--data-dir", "data"]].concat();
        run(folder.path(), &all)
    };
    weft(&["load", "data.trig"]).expect(0);
    let suggest = ["links", "suggest", "--graph", "partner/a"];
    let open = weft(&suggest).expect(0).stdout;
    let rows: Vec<&str> = open.lines().collect();
    assert_eq!(rows.len(), 2, "{open}");
    assert!(
        rows[1].starts_with("http://e/a,AYTO. DE GALDAKAO,http://e/b,"),
        "{open}"
    );
    assert!(rows[1].contains(",open,"), "{open}");
    weft(&[
        "links",
        "accept",
        "http://e/a",
        "http://e/b",
        "--comment",
        "known",
    ])
    .expect(0)
    .says(&["graph/links"]);
    assert_eq!(weft(&suggest).expect(0).stdout.lines().count(), 1);
    let list = weft(&["links", "list"]).expect(0).stdout;
    assert!(list.contains("accepted,http://e/a,http://e/b,"), "{list}");
    assert!(
        list.contains("command line") && list.contains("known"),
        "{list}"
    );
    weft(&["links", "withdraw", "http://e/a", "http://e/b"]).expect(0);
    weft(&[
        "links",
        "reject",
        "http://e/a",
        "http://e/b",
        "--graph",
        "partner/a",
    ])
    .expect(0)
    .says(&["partner/a/links"]);
    weft(&["links", "accept", "http://e/a", "http://e/b"])
        .expect(1)
        .says(&["contradicts", "http://e/a"]);
    weft(&["links", "suggest", "--graph", "partner/none"])
        .expect(2)
        .says(&["partner/none"]);
}
