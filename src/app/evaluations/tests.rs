use super::*;
use std::sync::mpsc::channel;

fn allowance() -> Allowance {
    Allowance {
        begun: 8,
        slow: 1,
        memory: 1 << 30,
        total_memory: 1 << 30,
        client_seconds: 0,
        answer_bytes: 100,
    }
}

fn client(name: &str) -> Client {
    Client {
        name: Arc::from(name),
        is_admin: false,
    }
}

fn request(name: &str, id: Option<&str>) -> Request {
    Request {
        client: client(name),
        id: id.map(str::to_owned),
        kind: "query".to_owned(),
        text: Arc::from("ASK {}"),
        version: 1,
        deadline: Instant::now() + Duration::from_secs(20),
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap()
}

/// Begins an evaluation that looks at its limits until it is told to end.
fn busy(
    evaluations: &Evaluations,
    runtime: &tokio::runtime::Runtime,
    name: &str,
    id: &str,
) -> std::sync::mpsc::Receiver<(String, Result<(), crate::store::Stop>)> {
    let evaluation = runtime
        .block_on(evaluations.begin(request(name, Some(id))))
        .unwrap();
    let (sender, receiver) = channel();
    let id = id.to_owned();
    evaluation.run(move |evaluation, limits| {
        let end = Instant::now() + Duration::from_millis(700);
        let pace = limits.pace.clone().unwrap();
        let mut result = Ok(());
        while Instant::now() < end {
            if evaluation.cancellation().is_cancelled() {
                result = Err(crate::store::Stop::Cancelled);
                break;
            }
            if let Err(stop) = pace.look(1) {
                result = Err(stop);
                break;
            }
        }
        let _ = sender.send((id, result));
    });
    receiver
}

#[test]
fn a_client_sees_and_cancels_its_own_only() {
    let (evaluations, runtime) = (Evaluations::new(allowance(), None), runtime());
    let receiver = busy(&evaluations, &runtime, "ann", "mine");
    assert!(evaluations.find("mine", &client("bob")).is_none());
    assert!(!evaluations.cancel("mine", &client("bob")));
    let seen = evaluations.running(&client("bob"));
    assert_eq!(
        (seen.len(), seen[0].id.as_str(), seen[0].text.as_str()),
        (1, "", "")
    );
    assert_eq!(evaluations.running(&client("ann"))[0].id, "mine");
    let taken = runtime.block_on(evaluations.begin(request("bob", Some("mine"))));
    assert_eq!(taken.err(), Some(Refused::IdTaken("mine".to_owned())));
    assert!(evaluations.cancel("mine", &client("ann")));
    assert_eq!(
        receiver.recv().unwrap().1,
        Err(crate::store::Stop::Cancelled)
    );
    std::thread::sleep(Duration::from_millis(50));
    assert!(evaluations.running(&client("ann")).is_empty());
}

#[test]
fn a_short_one_does_not_wait_for_long_ones() {
    let (evaluations, runtime) = (Evaluations::new(allowance(), None), runtime());
    let long: Vec<_> = (0..4)
        .map(|n| busy(&evaluations, &runtime, "ann", &format!("long{n}")))
        .collect();
    std::thread::sleep(Duration::from_millis(150));
    let begin = Instant::now();
    let short = runtime
        .block_on(evaluations.begin(request("ann", None)))
        .err();
    // Four of eight places are one client's share; another client is served.
    drop(short);
    let evaluation = runtime
        .block_on(evaluations.begin(request("bob", None)))
        .unwrap();
    let (sender, receiver) = channel();
    evaluation.run(move |_, _| sender.send(()).unwrap());
    receiver.recv().unwrap();
    assert!(begin.elapsed() < Duration::from_secs(15));
    for receiver in long {
        assert_eq!(receiver.recv().unwrap().1, Ok(()));
    }
}

#[test]
fn a_client_beyond_its_share_is_told_when_to_come_back() {
    let fair_use = FairUse::new(60);
    let name: Arc<str> = Arc::from("ann");
    fair_use.charge(&name, Duration::from_secs(60));
    assert_eq!(fair_use.check(&name), Ok(()));
    fair_use.charge(&name, Duration::from_secs(10));
    let Err(Refused::OverShare { seconds, .. }) = fair_use.check(&name) else {
        panic!("it used seventy seconds of sixty");
    };
    assert_eq!(seconds, 10);
    assert_eq!(fair_use.check(&Arc::from("bob")), Ok(()));
}

#[test]
fn an_answer_may_not_be_longer_than_allowed() {
    let evaluations = Evaluations::new(allowance(), None);
    let evaluation = evaluations.list(request("ann", None)).unwrap();
    assert_eq!(evaluation.meter().sent(100), Ok(()));
    assert_eq!(evaluation.meter().sent(1), Err(100));
}

#[test]
fn what_took_long_is_noted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("slow.jsonl");
    let evaluations = Evaluations::new(
        allowance(),
        Some(SlowLog::new(&path, Duration::from_millis(20))),
    );
    drop(evaluations.list(request("ann", Some("quick"))).unwrap());
    let mut slow = evaluations.list(request("ann", Some("slow"))).unwrap();
    std::thread::sleep(Duration::from_millis(30));
    slow.ended(Outcome::Done);
    drop(slow);
    let text = std::fs::read_to_string(path).unwrap();
    let lines: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["id"], "slow");
    assert_eq!(lines[0]["outcome"], "done");
}
