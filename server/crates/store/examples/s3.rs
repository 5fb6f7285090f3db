//! An S3 server over a folder, for tests: each folder below it is a bucket. `s3 FOLDER PORT ACCESS_KEY SECRET_KEY`
//! listens on loopback, prints its address and runs until it is killed.

use std::error::Error;
use std::io::Write;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [folder, port, access_key, secret_key] = args.as_slice() else {
        return Err("usage: s3 FOLDER PORT ACCESS_KEY SECRET_KEY".into());
    };
    let files = FileSystem::new(folder).map_err(|e| format!("cannot serve {folder}: {e:?}"))?;
    let mut service = S3ServiceBuilder::new(files);
    service.set_auth(SimpleAuth::from_single(access_key.as_str(), secret_key.as_str()));
    let service = service.build();

    let listener = TcpListener::bind(("127.0.0.1", port.parse::<u16>()?)).await?;
    println!("http://{}", listener.local_addr()?);
    std::io::stdout().flush()?;
    loop {
        let (socket, _) = listener.accept().await?;
        let service = service.clone();
        tokio::spawn(async move {
            // A client that hangs up in the middle is part of the tests.
            let _ = Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(socket), service).await;
        });
    }
}
