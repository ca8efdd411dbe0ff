//! `weft replay`, and what listens to a service that ends.

use crate::support::{Server, run, weft};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

fn fingerprint(server: &Server) -> String {
    let answer = server.get("/api/v1/fingerprint", &[]).json();
    answer["fingerprint"].as_str().unwrap().to_owned()
}

#[test]
fn a_copy_follows_a_service_from_where_it_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &["--empty", "--open-writes"]);
    let update = |text: &str| assert!(server.update(text).is_success());
    update("INSERT DATA { <e:s> <e:p> 1 , _:b . GRAPH <http://g/1> { <e:s> <e:p> 'x'@ar--rtl } }");
    update("CREATE GRAPH <http://g/empty>");
    let copy = tempfile::tempdir().unwrap();
    let address = format!("http://{}", server.authority());
    let said = |fingerprint: &str, number: &str| {
        run(copy.path(), &["replay", &address])
            .expect(0)
            .says(&[number, fingerprint]);
    };
    said(&fingerprint(&server), "2 transactions");
    update("DROP GRAPH <http://g/1>");
    said(&fingerprint(&server), "1 transactions");
    said(&fingerprint(&server), "0 transactions");

    // A file that begins earlier is taken up where the copy is; one that leaves a gap is not.
    update("INSERT DATA { <e:s> <e:p> 4 }");
    let file = copy.path().join("feed.rdfp");
    let whole = server.get("/api/v1/changes.rdfp", &[]).text();
    std::fs::write(&file, &whole).unwrap();
    let file = file.to_str().unwrap();
    run(copy.path(), &["replay", file]).expect(0).says(&[
        "1 transactions",
        "3 were here already",
        &fingerprint(&server),
    ]);
    update("INSERT DATA { <e:s> <e:p> 5 }");
    update("INSERT DATA { <e:s> <e:p> 6 }");
    std::fs::write(file, server.get("/api/v1/changes.rdfp?since=5", &[]).text()).unwrap();
    run(copy.path(), &["replay", file])
        .expect(1)
        .says(&["this change follows", "ask the feed"]);
    std::fs::write(file, "TX .\nA <e:s> nonsense .\nTC .\n").unwrap();
    run(copy.path(), &["replay", "--anyway", file])
        .expect(1)
        .says(&["line 2"]);
    drop(weft(copy.path()));
}

#[test]
fn whoever_listens_does_not_hold_up_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &["--empty", "--open-writes"]);
    let mut stream = TcpStream::connect(server.authority()).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    let request = "GET /api/v1/changes.sse HTTP/1.1\r\nHost: weft\r\n\r\n";
    stream.write_all(request.as_bytes()).unwrap();
    let mut text = String::new();
    let mut buffer = [0; 4_096];
    while !text.contains(": weft") {
        let read = stream.read(&mut buffer).unwrap();
        assert!(read > 0, "{text}");
        text.push_str(&String::from_utf8_lossy(&buffer[..read]));
    }
    let begun = Instant::now();
    assert!(server.stop().success());
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );
    // The answer is whole: the last chunk is there.
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    assert!(String::from_utf8_lossy(&rest).ends_with("0\r\n\r\n"));
}
