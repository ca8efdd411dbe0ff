//! The alignment rules as people see them: which there are, what each yields, and why something
//! was concluded.

use super::catalogue::CatalogueQuery;
use super::{AppError, KnowledgeGraph, iri};
use crate::ontology::Ontology;
use crate::store::{GraphTrees, Limits, Reason, Rule, Rules, Snapshot};
use oxigraph::model::{GraphName, GraphNameRef, NamedNodeRef, Quad, Term, TermRef, Triple};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

/// The rules that ship or that a folder of the ontology holds, with what their files say of them.
pub struct AlignmentRules {
    rules: Rules,
    about: BTreeMap<String, AboutRule>,
    counted: Mutex<Option<Counted>>,
}

/// What a rule's file says of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AboutRule {
    /// One line for people.
    pub title: String,
    /// What it concludes from what, and what it leaves alone.
    pub description: String,
    /// The vocabularies it understands.
    pub tags: Vec<String>,
}

struct Counted {
    version: u64,
    visibility: String,
    counts: Arc<Vec<usize>>,
}

/// What a statement under a tie owes to the rules.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Standing {
    /// Whether it would not be there without a rule.
    pub is_inferred: bool,
    /// The rules that concluded it, by name.
    pub rules: Vec<String>,
    /// The statements that these rest on.
    pub rests_on: Vec<Quad>,
}

impl AlignmentRules {
    pub(super) fn new(ontology: &Ontology) -> Result<Self, AppError> {
        let files = ontology.rule_files();
        let about = files.iter().map(|file| {
            // A folder of one's own may hold rules that say nothing of themselves.
            let about = CatalogueQuery::parse(&file.name, &file.path, &file.text)
                .map(|parsed| AboutRule {
                    title: parsed.title,
                    description: parsed.description,
                    tags: parsed.tags,
                })
                .unwrap_or_else(|_| AboutRule {
                    title: file.name.clone(),
                    ..AboutRule::default()
                });
            (file.name.clone(), about)
        });
        let about = about.collect();
        let rules = files
            .iter()
            .map(|file| {
                Rule::parse(&file.name, &file.text, &[iri::NS, iri::CODE]).map_err(|error| {
                    AppError::Rule {
                        name: file.path.display().to_string(),
                        error,
                    }
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            rules: Rules {
                rules,
                graph: iri::INFERRED_GRAPH.into_owned(),
                background: vec![iri::ONTOLOGY_GRAPH.into_owned()],
            },
            about,
            counted: Mutex::default(),
        })
    }

    pub(super) fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Each rule with what its file says of it, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&Rule, &AboutRule)> {
        self.rules
            .rules
            .iter()
            .filter_map(|rule| Some((rule, self.about.get(rule.name())?)))
    }

    /// The title of a rule.
    pub fn title(&self, name: &str) -> Option<&str> {
        self.about.get(name).map(|about| about.title.as_str())
    }
}

/// Whether no graph but that of the rules states a triple that it holds.
///
/// Complexity: O(log n + g), of n quads, g of them this triple.
pub fn is_inferred(snapshot: &Snapshot, triple: &Triple) -> bool {
    let mut quads = snapshot
        .quads_for_pattern(
            Some(triple.subject.as_ref().into()),
            Some(triple.predicate.as_ref()),
            Some(triple.object.as_ref()),
            None,
        )
        .peekable();
    quads.peek().is_some() && quads.all(|quad| is_of_rules(&quad.graph_name))
}

/// Whether this is the graph of what the rules concluded.
pub fn is_of_rules(graph: &GraphName) -> bool {
    graph.as_ref() == GraphNameRef::NamedNode(iri::INFERRED_GRAPH)
}

/// The same data without what the rules concluded.
pub fn asserted(snapshot: &Snapshot) -> Arc<Snapshot> {
    let graphs = GraphTrees::from([iri::INFERRED_GRAPH.into_owned()]);
    Arc::new(snapshot.hiding(graphs))
}

/// The inferred triples that fit a pattern, in the order of the index; at most `most`.
pub fn inferred_triples(
    snapshot: &Snapshot,
    subject: Option<TermRef<'_>>,
    predicate: Option<NamedNodeRef<'_>>,
    object: Option<TermRef<'_>>,
    most: usize,
) -> Vec<Triple> {
    let graph = Some(GraphNameRef::NamedNode(iri::INFERRED_GRAPH));
    snapshot
        .quads_for_pattern(subject, predicate, object, graph)
        .take(most)
        .map(Triple::from)
        .collect()
}

impl KnowledgeGraph {
    /// The alignment rules.
    pub fn alignment(&self) -> &AlignmentRules {
        &self.inner.alignment
    }

    /// What the rules see of a version of the data: all that is not private.
    fn seen_by_rules(&self, snapshot: &Snapshot) -> Result<Snapshot, AppError> {
        Ok(snapshot.hiding(GraphTrees::clone(&*self.private_graphs()?)))
    }

    /// How many different triples each rule yields, in the order of [`AlignmentRules::iter`];
    /// kept until the data changes. What is private yields nothing, whoever asks.
    ///
    /// # Errors
    /// [`AppError`] if a limit stops it.
    ///
    /// # Complexity
    /// The whole evaluation of each rule, once a version of the data.
    pub fn rule_counts(
        &self,
        snapshot: &Snapshot,
        limits: &Limits,
    ) -> Result<Arc<Vec<usize>>, AppError> {
        let seen = self.seen_by_rules(snapshot)?;
        let alignment = self.alignment();
        // Held while they are counted: whoever asks meanwhile wants the same.
        let mut counted = alignment
            .counted
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = &*counted
            && known.version == seen.version()
            && known.visibility == seen.visibility()
        {
            return Ok(Arc::clone(&known.counts));
        }
        let counts = Arc::new(alignment.rules.counts(&seen, limits)?);
        *counted = Some(Counted {
            version: seen.version(),
            visibility: seen.visibility().to_owned(),
            counts: Arc::clone(&counts),
        });
        Ok(counts)
    }

    /// Why a triple was concluded: the rules that yield it, and the statements these rest on.
    ///
    /// # Errors
    /// [`AppError`] if a limit stops it.
    ///
    /// # Complexity
    /// See [`Rules::reasons`].
    pub fn reasons(
        &self,
        triple: &Triple,
        snapshot: &Snapshot,
        limits: &Limits,
    ) -> Result<Vec<Reason>, AppError> {
        let seen = self.seen_by_rules(snapshot)?;
        Ok(self.alignment().rules.reasons(triple, &seen, limits)?)
    }

    /// What the statement that some triples make owes to the rules: it is inferred if something that
    /// it says in Weft's terms is stated by no other graph than theirs. `budget` is how many triples may
    /// still be explained; beyond it the rules are not named.
    ///
    /// # Errors
    /// [`AppError`] if a limit stops it.
    pub fn standing(
        &self,
        quads: &[Quad],
        snapshot: &Snapshot,
        limits: &Limits,
        budget: &mut usize,
    ) -> Result<Standing, AppError> {
        let says_it = |quad: &&Quad| {
            let in_our_terms = |iri: &str| iri.starts_with(iri::NS);
            in_our_terms(quad.predicate.as_str())
                || matches!(&quad.object, Term::NamedNode(class) if in_our_terms(class.as_str()))
        };
        let triples: Vec<Triple> = quads
            .iter()
            .filter(says_it)
            .filter(|quad| is_of_rules(&quad.graph_name))
            .map(|quad| Triple::from(quad.clone()))
            .filter(|triple| is_inferred(snapshot, triple))
            .collect();
        let mut rules = BTreeSet::new();
        let mut rests_on = BTreeMap::new();
        for triple in &triples {
            if *budget == 0 {
                break;
            }
            *budget -= 1;
            for reason in self.reasons(triple, snapshot, limits)? {
                rules.insert(reason.rule);
                for quad in reason.statements {
                    rests_on.insert(quad.to_string(), quad);
                }
            }
        }
        Ok(Standing {
            is_inferred: !triples.is_empty(),
            rules: rules.into_iter().collect(),
            rests_on: rests_on.into_values().collect(),
        })
    }
}

#[cfg(test)]
mod tests;
