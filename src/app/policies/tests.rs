use super::*;

fn node(name: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("https://w3id.org/weft/graph/{name}"))
}

fn policy_of(policies: &Policies, name: &str) -> Option<Policy> {
    let set = policies.of(&node(name)).unwrap();
    set.map(|(_, set)| set.policy)
}

#[test]
fn the_nearest_policy_above_holds() {
    let policies = Policies::in_memory();
    assert_eq!(policy_of(&policies, "partner/a"), None);
    policies
        .set(&node("partner/a"), Policy::Refuse, "a", false)
        .unwrap();
    policies
        .set(&node("partner/a/open"), Policy::Off, "a", false)
        .unwrap();
    for (name, expected) in [
        ("partner/a", Some(Policy::Refuse)),
        ("partner/a/x/y", Some(Policy::Refuse)),
        ("partner/a/open", Some(Policy::Off)),
        ("partner/a/open/x", Some(Policy::Off)),
        ("partner/ab", None),
        ("partner", None),
    ] {
        assert_eq!(policy_of(&policies, name), expected, "{name}");
    }
}

#[test]
fn an_administrator_has_the_last_word() {
    let policies = Policies::in_memory();
    policies
        .set(&node("p"), Policy::Refuse, "boss", true)
        .unwrap();
    for name in ["p", "p/below"] {
        let refused = policies.set(&node(name), Policy::Off, "p", false);
        assert!(matches!(refused, Err(PolicyError::Fixed { .. })), "{name}");
    }
    // To say the same again does not take it over.
    policies
        .set(&node("p"), Policy::Refuse, "p", false)
        .unwrap();
    assert!(policies.set(&node("p"), Policy::Off, "p", false).is_err());
    policies.set(&node("p"), Policy::Off, "boss", true).unwrap();
    policies
        .set(&node("p"), Policy::Refuse, "p", false)
        .unwrap();
    policies
        .set(&node("p"), Policy::Report, "p", false)
        .unwrap();
}

#[test]
fn policies_are_kept_carried_and_seen_by_other_processes() {
    let folder = tempfile::tempdir().unwrap();
    let (here, there) = (folder.path().join("here"), folder.path().join("there"));
    let policies = Policies::open(&here).unwrap();
    let elsewhere = Policies::open(&here).unwrap();
    elsewhere
        .set(&node("p"), Policy::Refuse, "p", false)
        .unwrap();
    assert_eq!(policy_of(&policies, "p"), Some(Policy::Refuse));
    policies.carry_to(&there).unwrap();
    assert_eq!(
        policy_of(&Policies::open(&there).unwrap(), "p"),
        Some(Policy::Refuse)
    );
    fs::write(here.join(POLICIES_FILE), "{").unwrap();
    assert!(matches!(policies.list(), Err(PolicyError::Damaged { .. })));
}

#[test]
fn a_graph_is_above_another_by_its_path() {
    assert_eq!(above("http://x.org/a/b"), Some("http://x.org/a"));
    assert_eq!(above("http://x.org/a"), None);
    assert_eq!(above("urn:a:b"), None);
}
