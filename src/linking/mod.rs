//! Which records of different graphs are the same thing: evidence, weighed and explained.
//!
//! [`records`] reads from a snapshot what identifies a thing, [`blocking`] finds the pairs that are
//! worth a look, and [`score`] weighs the evidence for and against each pair in the manner of
//! Fellegi and Sunter. Nothing is decided here: what comes out are suggestions with reasons.

pub mod blocking;
pub mod names;
pub mod records;
pub mod score;
mod words;

use rayon::prelude::*;

/// The work was told to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the search for links was stopped")]
pub struct Stopped;

/// Says when to stop: asked every so often, from several threads.
pub type Stop<'a> = &'a (dyn Fn() -> bool + Sync);

/// Two records that may be one thing.
#[derive(Clone, Debug, PartialEq)]
pub struct Match {
    /// Position of the first among the records on the left.
    pub left: usize,
    /// Position of the other among the records on the right.
    pub right: usize,
    /// How sure it is, and why.
    pub verdict: score::Verdict,
}

/// Finds the pairs of a left and a right record that reach a threshold, best first; ties in the
/// order of the records. With `right` none, pairs among the left ones.
///
/// # Errors
/// [`Stopped`] if `stop` says so.
///
/// # Complexity
/// Blocking as in [`blocking::candidates`], then time **O(c (w² + w log n))** for c candidates of
/// names of w words among n names, on all cores. The result does not depend on the number of
/// threads.
pub fn matches(
    left: &[records::Record],
    right: Option<&[records::Record]>,
    threshold: f64,
    stop: Stop<'_>,
) -> Result<Vec<Match>, Stopped> {
    let corpus = blocking::Corpus::new(left.iter().chain(right.unwrap_or_default()));
    let pairs = blocking::candidates(left, right, &corpus, stop)?;
    let others = right.unwrap_or(left);
    let scored: Result<Vec<Vec<Match>>, Stopped> = pairs
        .par_chunks(1_024)
        .map(|pairs| {
            if stop() {
                return Err(Stopped);
            }
            let matches = pairs.iter().filter_map(|&(l, r)| {
                let (left, right) = (left.get(l as usize)?, others.get(r as usize)?);
                let verdict = score::judge(left, right, &corpus);
                (verdict.score >= threshold).then_some(Match {
                    left: l as usize,
                    right: r as usize,
                    verdict,
                })
            });
            Ok(matches.collect())
        })
        .collect();
    let mut found: Vec<Match> = scored?.into_iter().flatten().collect();
    found.sort_by(|a, b| {
        b.verdict
            .score
            .total_cmp(&a.verdict.score)
            .then((a.left, a.right).cmp(&(b.left, b.right)))
    });
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::records::Record;
    use super::*;

    #[test]
    fn the_same_is_found_whatever_the_number_of_threads() {
        let names: Vec<String> = (0..600)
            .map(|n| match n % 3 {
                0 => format!("FUNDACION BARRIO {}", n / 3),
                1 => format!("Fundación Barrio {}", n / 3),
                _ => format!("Asociación Vecinal Zona{} SL", n / 6),
            })
            .collect();
        let records: Vec<Record> = names.iter().map(|name| Record::named(name)).collect();
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
            let find = || matches(&records, None, 0.5, &|| false).unwrap();
            pool.build().unwrap().install(find)
        };
        let found = with(1);
        assert!(found.len() >= 100, "{}", found.len());
        assert_eq!(found, with(4));
        assert!(
            found
                .windows(2)
                .all(|two| two[0].verdict.score >= two[1].verdict.score)
        );
    }
}
