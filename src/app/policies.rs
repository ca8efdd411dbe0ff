//! What a graph does with data that has violations: refuse it, take it and tell, or not look.
//!
//! Policies stand in `policies.json` in the data directory, beside `graphs.json`. Graphs below one
//! with a policy have it too, unless they have their own. Without one, violations are taken and
//! told: the report on a graph is made when somebody asks for it, and kept until the graph changes.

use super::files::{Stamp, lock_for, replace_private_file};
use super::visibility::Reader;
use super::{AppError, CheckError, KnowledgeGraph, Writer};
use crate::ingest::check::CheckReport;
use crate::store::{Snapshot, Transaction};
use oxigraph::model::{GraphName, GraphNameRef, NamedNode};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

/// The file that says what graphs do with violations.
pub const POLICIES_FILE: &str = "policies.json";
/// How many reports are kept.
const MOST_REPORTS: usize = 64;

/// What a graph does with violations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Policy {
    /// Nobody looks.
    Off,
    /// They are taken, and a report tells them.
    #[default]
    Report,
    /// A write whose result has violations is refused as a whole.
    Refuse,
}

impl Policy {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Refuse, Self::Report, Self::Off];

    /// The name: `refuse`, `report`, `off`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Report => "report",
            Self::Refuse => "refuse",
        }
    }
}

impl FromStr for Policy {
    type Err = PolicyError;

    fn from_str(text: &str) -> Result<Self, PolicyError> {
        let mut all = Self::ALL.into_iter();
        all.find(|policy| policy.name() == text)
            .ok_or_else(|| PolicyError::NoSuchPolicy(text.to_owned()))
    }
}

/// A policy, and who set it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetPolicy {
    /// The policy.
    pub policy: Policy,
    /// The name of the token, or `command line`.
    pub by: String,
    /// Whether an administrator set it: then a partner cannot weaken it.
    pub by_admin: bool,
    /// When (RFC 3339).
    pub date: String,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PoliciesFile {
    policies: BTreeMap<String, SetPolicy>,
}

type Known = Arc<BTreeMap<String, SetPolicy>>;

/// The policies of a data directory.
#[derive(Clone, Debug)]
pub struct Policies {
    path: Option<PathBuf>,
    known: Arc<Mutex<(Known, Option<Stamp>)>>,
}

/// What can go wrong with policies.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// No policy has this name.
    #[error("there is no policy `{0}`; there are refuse, report and off")]
    NoSuchPolicy(String),
    /// An administrator wants it stricter.
    #[error(
        "{graph} refuses violations because an administrator ({by}) said so; only an administrator can change that"
    )]
    Fixed {
        /// The graph.
        graph: NamedNode,
        /// Who said so.
        by: String,
    },
    /// The file is not what was written.
    #[error("{}: {detail}; repair or remove it: until then nothing is written, because nobody knows what is refused", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        detail: String,
    },
    /// Reading or writing failed.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// The graph above a graph: its IRI up to the last slash, as long as something of a path is left.
pub(super) fn above(graph: &str) -> Option<&str> {
    let (above, _) = graph.rsplit_once('/')?;
    let (_, path) = above.split_once("://").unwrap_or(("", above));
    path.contains('/').then_some(above)
}

impl Policies {
    /// Those of a data directory.
    ///
    /// # Errors
    /// [`PolicyError`] if the file cannot be read or is damaged.
    pub fn open(data_dir: &Path) -> Result<Self, PolicyError> {
        let policies = Self {
            path: Some(data_dir.join(POLICIES_FILE)),
            known: Arc::default(),
        };
        policies.list()?;
        Ok(policies)
    }

    /// Kept by this process alone.
    pub fn in_memory() -> Self {
        Self {
            path: None,
            known: Arc::default(),
        }
    }

    /// All that were set, by graph. The file is read only if it changed.
    ///
    /// # Errors
    /// [`PolicyError`] if the file cannot be read or is damaged.
    pub fn list(&self) -> Result<Arc<BTreeMap<String, SetPolicy>>, PolicyError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(path) = &self.path else {
            return Ok(Arc::clone(&known.0));
        };
        let stamp = Stamp::of(path).map_err(|source| io_error(path, source))?;
        if stamp != known.1 {
            known.0 = Arc::new(match &stamp {
                None => BTreeMap::new(),
                Some(_) => read(path)?,
            });
            known.1 = stamp;
        }
        Ok(Arc::clone(&known.0))
    }

    /// The policy that holds for a graph: its own, or that of the nearest graph above it.
    ///
    /// # Errors
    /// As [`Policies::list`].
    pub fn of(&self, graph: &NamedNode) -> Result<Option<(String, SetPolicy)>, PolicyError> {
        let known = self.list()?;
        if known.is_empty() {
            return Ok(None);
        }
        let mut name = Some(graph.as_str());
        while let Some(graph) = name {
            if let Some(policy) = known.get(graph) {
                return Ok(Some((graph.to_owned(), policy.clone())));
            }
            name = above(graph);
        }
        Ok(None)
    }

    /// Sets the policy of a graph, which need not be there yet.
    ///
    /// # Errors
    /// [`PolicyError::Fixed`] if an administrator set a stricter one that holds for the graph, or
    /// the file cannot be written.
    pub fn set(
        &self,
        graph: &NamedNode,
        policy: Policy,
        by: &str,
        by_admin: bool,
    ) -> Result<(), PolicyError> {
        // Held until the end: two who change the file at once must not undo each other.
        let _alone = match &self.path {
            Some(path) => Some(lock_for(path).map_err(|source| io_error(path, source))?),
            None => None,
        };
        if !by_admin
            && policy != Policy::Refuse
            && let Some((_, set)) = self.of(graph)?
            && set.by_admin
            && set.policy == Policy::Refuse
        {
            return Err(PolicyError::Fixed {
                graph: graph.clone(),
                by: set.by,
            });
        }
        let mut policies = BTreeMap::clone(&*self.list()?);
        let same_by_admin = !by_admin
            && policies
                .get(graph.as_str())
                .is_some_and(|known| known.by_admin && known.policy == policy);
        if same_by_admin {
            return Ok(());
        }
        let set = SetPolicy {
            policy,
            by: by.to_owned(),
            by_admin,
            date: jiff::Timestamp::now().strftime("%FT%TZ").to_string(),
        };
        policies.insert(graph.as_str().to_owned(), set);
        self.save(policies)
    }

    fn save(&self, policies: BTreeMap<String, SetPolicy>) -> Result<(), PolicyError> {
        let file = PoliciesFile { policies };
        if let Some(path) = &self.path {
            let mut text = serde_json::to_string_pretty(&file).unwrap_or_default();
            text.push('\n');
            replace_private_file(path, text.as_bytes()).map_err(|source| io_error(path, source))?;
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        // Without a stamp the file is read again at the next look.
        *known = (Arc::new(file.policies), None);
        Ok(())
    }

    /// Adds the policies of another directory that are not here.
    pub(super) fn carry_to(&self, data_dir: &Path) -> Result<(), PolicyError> {
        let from = self.list()?;
        if from.is_empty() {
            return Ok(());
        }
        let target = Self::open(data_dir)?;
        let mut policies = BTreeMap::clone(&*target.list()?);
        for (graph, policy) in from.iter() {
            policies
                .entry(graph.clone())
                .or_insert_with(|| policy.clone());
        }
        target.save(policies)
    }
}

fn read(path: &Path) -> Result<BTreeMap<String, SetPolicy>, PolicyError> {
    let text = fs::read_to_string(path).map_err(|source| io_error(path, source))?;
    let file: PoliciesFile = serde_json::from_str(&text).map_err(|error| PolicyError::Damaged {
        path: path.to_owned(),
        detail: error.to_string(),
    })?;
    Ok(file.policies)
}

fn io_error(path: &Path, source: io::Error) -> PolicyError {
    PolicyError::Io {
        path: path.to_owned(),
        source,
    }
}

/// A report on a graph as it was at a version.
pub(super) struct KeptReport {
    graph: NamedNode,
    visibility: String,
    version: u64,
    report: Arc<CheckReport>,
}

/// Reports that are kept, the newest last.
pub(super) type Reports = Mutex<Vec<KeptReport>>;

impl KnowledgeGraph {
    /// The policies.
    pub fn policies(&self) -> &Policies {
        &self.inner.policies
    }

    /// Sets what a graph does with violations.
    ///
    /// # Errors
    /// [`AppError`] if the writer may not write the graph, or an administrator wants it stricter.
    pub fn set_policy(
        &self,
        writer: &Writer,
        graph: &NamedNode,
        policy: Policy,
    ) -> Result<(), AppError> {
        if *writer == Writer::Anybody {
            // Whoever has no token could lock out those who have one.
            return Err(AppError::NoKey);
        }
        self.check_write(writer, graph.as_ref().into())?;
        let by_admin = writer.may_write_everything();
        Ok(self
            .policies()
            .set(graph, policy, writer.name(), by_admin)?)
    }

    /// Inside a write: refuses it if a graph that it touched refuses violations and has some now.
    /// Where no graph refuses anything this costs a look at a list in memory.
    ///
    /// # Errors
    /// [`CheckError::Refused`]; then nothing is written.
    pub(super) fn enforce(&self, transaction: &mut Transaction) -> Result<(), AppError> {
        let policies = self.policies().list()?;
        if !policies.values().any(|set| set.policy == Policy::Refuse) {
            return Ok(());
        }
        for graph in transaction.touched() {
            let GraphName::NamedNode(graph) = graph else {
                continue;
            };
            let set = self.policies().of(&graph)?;
            if set.is_none_or(|(_, set)| set.policy != Policy::Refuse) {
                continue;
            }
            let report = self.check_graph(&transaction.snapshot(), &graph)?;
            if !report.accepted {
                return Err(CheckError::Refused {
                    graph,
                    report: Box::new(report),
                }
                .into());
            }
        }
        Ok(())
    }

    /// The report on what a graph holds, as a reader's snapshot shows it; kept until it changes.
    ///
    /// # Errors
    /// [`AppError::NoSuchGraph`] if it is not there, or may not be seen.
    pub fn report_on(
        &self,
        snapshot: &Snapshot,
        graph: &NamedNode,
    ) -> Result<Arc<CheckReport>, AppError> {
        let name = GraphNameRef::from(graph.as_ref());
        if !snapshot.contains_graph(name) {
            return Err(AppError::NoSuchGraph(graph.clone().into()));
        }
        let reports = || {
            let reports = self.inner.reports.lock();
            reports.unwrap_or_else(PoisonError::into_inner)
        };
        // Shapes that lie beside the graph may have changed too, so the version must be the same.
        let known = reports()
            .iter()
            .find(|kept| {
                kept.graph == *graph
                    && kept.version == snapshot.version()
                    && kept.visibility == snapshot.visibility()
            })
            .map(|kept| Arc::clone(&kept.report));
        if let Some(report) = known {
            return Ok(report);
        }
        let report = Arc::new(self.check_graph(snapshot, graph)?);
        let mut kept = reports();
        kept.retain(|kept| kept.graph != *graph || kept.visibility != snapshot.visibility());
        if kept.len() >= MOST_REPORTS {
            kept.remove(0);
        }
        kept.push(KeptReport {
            graph: graph.clone(),
            visibility: snapshot.visibility().to_owned(),
            version: snapshot.version(),
            report: Arc::clone(&report),
        });
        Ok(report)
    }

    /// What a graph does with violations, as a reader may know it: the policy, the graph that has
    /// it, and who set it. A graph that the reader may not see is not there.
    ///
    /// # Errors
    /// [`AppError::NoSuchGraph`], or the file cannot be read.
    pub fn policy_for(
        &self,
        reader: &Reader,
        graph: &NamedNode,
    ) -> Result<Option<(String, SetPolicy)>, AppError> {
        if self.hidden_from(reader)?.contains(graph) {
            return Err(AppError::NoSuchGraph(graph.clone().into()));
        }
        Ok(self.policies().of(graph)?)
    }
}

#[cfg(test)]
mod tests;
