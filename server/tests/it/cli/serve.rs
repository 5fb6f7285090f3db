//! `weir serve` as a process: new objects appear, a broken source stops nothing, a signal ends it well.

use crate::cli::weir;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const HEADER: &str = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n";

/// A server that is killed when a test fails before stopping it.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(sources: &[&Path], data: &Path) -> Server {
        let mut command = weir();
        command.args(["serve", "--listen", "127.0.0.1:0", "--watch", "1s", "--data"]).arg(data);
        for source in sources {
            command.arg("--source").arg(source);
        }
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("http://").unwrap().to_owned();
        Server { process, address }
    }

    /// The body of a GET.
    fn get(&self, path: &str) -> String {
        let mut socket = TcpStream::connect(&self.address).unwrap();
        write!(socket, "GET {path} HTTP/1.0\r\nHost: {}\r\n\r\n", self.address).unwrap();
        let mut response = String::new();
        socket.read_to_string(&mut response).unwrap();
        response.split_once("\r\n\r\n").unwrap().1.to_owned()
    }

    /// Asks for the summary until it counts `flows` records.
    fn wait_for(&self, flows: u64) {
        let begun = Instant::now();
        loop {
            let summary: Value =
                serde_json::from_str(&self.get("/api/v1/summary?from=2021-05-04&to=2021-05-05")).unwrap();
            if summary["flows"].as_u64() == Some(flows) {
                return;
            }
            assert!(begun.elapsed() < Duration::from_secs(30), "{summary}\n{}", self.get("/api/v1/progress"));
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn deliver(folder: &Path, name: &str, flows: usize) {
    let flow =
        "2 012345678901 eni-0a 10.0.0.1 10.0.0.5 49152 443 6 10 8420 1620140661 1620140721 ACCEPT OK\n";
    let day = folder.join("AWSLogs/012345678901/vpcflowlogs/us-east-1/2021/05/04");
    std::fs::create_dir_all(&day).unwrap();
    let key = format!("012345678901_vpcflowlogs_us-east-1_fl-1234abcd_20210504T1500Z_{name}.log.gz");
    let text = [HEADER, &flow.repeat(flows)].concat();
    let mut compressor = libdeflater::Compressor::new(libdeflater::CompressionLvl::default());
    let mut packed = vec![0; compressor.gzip_compress_bound(text.len())];
    let size = compressor.gzip_compress(text.as_bytes(), &mut packed).unwrap();
    packed.truncate(size);
    std::fs::write(day.join(key), packed).unwrap();
}

#[test]
fn new_objects_appear_beside_a_source_that_refuses_and_a_signal_ends_it() {
    let (logs, data) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    deliver(logs.path(), "aaaaaaaa", 3);
    let missing = data.path().join("not-there");
    let mut server = Server::start(&[&missing, logs.path()], data.path());
    assert_eq!(server.get("/healthz"), "ok\n");
    server.wait_for(3);
    deliver(logs.path(), "bbbbbbbb", 4);
    server.wait_for(7);

    let progress: Value = serde_json::from_str(&server.get("/api/v1/progress")).unwrap();
    let refused = &progress["sources"][0];
    assert_eq!(refused["stage"], "refused");
    assert!(refused["refusal"]["message"].as_str().unwrap().contains("not-there"), "{refused}");
    assert!(server.get("/metrics").contains("weir_records_ingested_total 7"));

    let killed = Command::new("kill").args(["-TERM", &server.process.id().to_string()]).status().unwrap();
    assert!(killed.success());
    assert_eq!(server.process.wait().unwrap().code(), Some(0));

    let again = Server::start(&[logs.path()], data.path());
    again.wait_for(7);
}

/// Saves a view; `None` when the server did not say that it was saved.
fn save_view(address: &str, name: &str) -> Option<()> {
    let body = format!("name={name}&link=from%3Dnow-3h&description={}", "x".repeat(500));
    let mut socket = TcpStream::connect(address).ok()?;
    write!(
        socket,
        "POST /api/v1/views HTTP/1.0\r\nHost: {address}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .ok()?;
    let mut response = String::new();
    socket.read_to_string(&mut response).ok()?;
    response.contains(" 201 ").then_some(())
}

#[test]
fn a_kill_loses_no_view_that_was_acknowledged() {
    let data = TempDir::new().unwrap();
    let mut saved: Vec<String> = Vec::new();
    for round in 0..3 {
        let mut server = Server::start(&[], data.path());
        let address = server.address.clone();
        let saving = std::thread::spawn(move || {
            let names = (0..).map(|number| format!("view-{round}-{number}"));
            names.map_while(|name| save_view(&address, &name).map(|()| name)).collect::<Vec<_>>()
        });
        std::thread::sleep(Duration::from_millis(300));
        server.process.kill().unwrap();
        server.process.wait().unwrap();
        saved.extend(saving.join().unwrap());
    }
    assert!(saved.len() > 3, "{saved:?}");
    let again = Server::start(&[], data.path());
    let list = again.get("/api/v1/views");
    let lost: Vec<&String> = saved.iter().filter(|name| !list.contains(&format!("\"{name}\""))).collect();
    assert_eq!(lost, Vec::<&String>::new());
}
