//! What a small change of the data changes of the conclusions, without running the rules again.
//!
//! A solution that comes or goes does so because of a changed statement, which fills some place of
//! the rule's pattern ([`super::triggers`]) and so says what some of its variables are. The rule is
//! asked for its solutions with these values before and after the change. What it concludes only
//! afterwards is new; what it concluded only before goes, unless some rule concludes it still.

use super::super::error::StoreError;
use super::super::query::Limits;
use super::super::snapshot::Snapshot;
use super::Rules;
use super::branch::{Bindings, Branch, Question};
use oxigraph::model::Triple;
use std::collections::{HashMap, HashSet};

/// More statements than this are not looked at one by one.
pub(super) const MOST_CHANGES: usize = 400;
/// Beyond so many solutions it is quicker to run all rules once.
const MOST_SOLUTIONS: usize = 20_000;

/// Conclusions that come and go.
#[derive(Debug, Default)]
pub(super) struct Difference {
    pub(super) added: HashSet<Triple>,
    pub(super) removed: HashSet<Triple>,
}

/// What changed statements change of the conclusions, or `None` if all rules must run. Neither
/// snapshot shows what the rules may not see.
pub(super) fn difference(
    rules: &Rules,
    before: &Snapshot,
    after: &Snapshot,
    changed: &HashSet<Triple>,
) -> Result<Option<Difference>, StoreError> {
    let limits = Limits::default();
    let mut solutions = 0;
    let mut difference = Difference::default();
    for rule in &rules.rules {
        let Some(branches) = &rule.branches else {
            return Ok(None);
        };
        for branch in branches {
            let Some(asked) = questions(branch, changed, [before, after], &limits)? else {
                return Ok(None);
            };
            for (question, known) in asked {
                let mut conclusions = |snapshot: &Snapshot| {
                    let mut found = HashSet::new();
                    branch.ask(&question, &known, snapshot, &limits, &mut |solution| {
                        solutions += 1;
                        found.extend(branch.conclusions(&solution));
                        solutions < MOST_SOLUTIONS
                    })?;
                    Ok::<_, StoreError>(found)
                };
                let (old, new) = (conclusions(before)?, conclusions(after)?);
                if solutions >= MOST_SOLUTIONS {
                    return Ok(None);
                }
                difference
                    .removed
                    .extend(old.iter().filter(|triple| !new.contains(*triple)).cloned());
                difference
                    .added
                    .extend(new.into_iter().filter(|triple| !old.contains(triple)));
            }
        }
    }
    // One rule's may be another's, or the same rule's in another way.
    let Difference { added, removed } = &mut difference;
    removed.retain(|triple| !added.contains(triple));
    let mut gone = HashSet::new();
    for triple in removed.drain() {
        let mut holds = false;
        for rule in &rules.rules {
            holds = holds || rule.concludes(&triple, after, &limits)?;
        }
        if !holds {
            gone.insert(triple);
        }
    }
    *removed = gone;
    Ok(Some(difference))
}

/// What a branch must be asked because of changed statements; `None` if one of them can change
/// anything that it yields.
fn questions(
    branch: &Branch,
    changed: &HashSet<Triple>,
    snapshots: [&Snapshot; 2],
    limits: &Limits,
) -> Result<Option<Vec<(Question, Bindings)>>, StoreError> {
    let mut asked: HashSet<Bindings> = HashSet::new();
    for trigger in &branch.triggers {
        for triple in changed {
            let Some(known) = trigger.known(triple) else {
                continue;
            };
            let given = branch.given(&trigger.outside(&known));
            if !given.is_empty() {
                asked.insert(given);
                continue;
            }
            // It says something within a sub-query only, which is asked what that comes to.
            let Some(ways) = trigger.through(&known, snapshots, limits)? else {
                return Ok(None);
            };
            for way in ways {
                let given = branch.given(&way);
                if given.is_empty() {
                    return Ok(None);
                }
                asked.insert(given);
            }
        }
    }
    // What is asked with more known is part of what is asked with less.
    let all: Vec<Bindings> = asked.iter().cloned().collect();
    let is_part = |one: &Bindings| {
        all.iter().any(|other| {
            other.len() < one.len()
                && other
                    .iter()
                    .all(|(variable, term)| one.get(variable) == Some(term))
        })
    };
    let mut questions: HashMap<Vec<String>, Question> = HashMap::new();
    let asked = asked.into_iter().filter(|known| !is_part(known));
    let asked = asked.map(|known| {
        let variables = known.keys().map(|variable| variable.as_str().to_owned());
        let question = questions
            .entry(variables.collect())
            .or_insert_with(|| branch.question())
            .clone();
        (question, known)
    });
    Ok(Some(asked.collect()))
}
