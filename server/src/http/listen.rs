//! The socket: where the server may listen, and how it stops. On SIGINT or SIGTERM it takes no new connections, lets
//! the open ones finish within a deadline, and returns.

use crate::http::Lifecycle;
use axum::Router;
use axum::serve::ListenerExt as _;
use std::future::IntoFuture;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;

/// How long open requests may take to finish once stopping has begun: orchestrators kill after 30 s.
const DRAIN: Duration = Duration::from_secs(10);

/// The server cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The address is open to other machines and nobody said that this is meant.
    #[error("{address} can be reached from other machines, and Weir has no log-in yet")]
    Exposed {
        /// The address asked for.
        address: SocketAddr,
    },
    /// The address is taken or not ours.
    #[error("cannot listen on {address}")]
    Bind {
        /// The address asked for.
        address: SocketAddr,
        /// The operating system's word.
        #[source]
        source: std::io::Error,
    },
}

impl ListenError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            ListenError::Exposed { .. } => {
                "listen on 127.0.0.1 behind a proxy that asks for a log-in, or add \
                 --unsafe-listen to show the logs to everybody who can reach this address"
                    .to_owned()
            }
            ListenError::Bind { source, .. } if source.kind() == std::io::ErrorKind::AddrInUse => {
                "stop the other program, or choose another port with --listen".to_owned()
            }
            ListenError::Bind { .. } => "choose another address with --listen".to_owned(),
        }
    }
}

/// Binds `address`. Anything but loopback needs `exposed`, the explicit word that everybody may look.
///
/// # Errors
/// [`ListenError`], see there.
pub async fn bind(address: SocketAddr, exposed: bool) -> Result<TcpListener, ListenError> {
    if !address.ip().is_loopback() && !exposed {
        return Err(ListenError::Exposed { address });
    }
    TcpListener::bind(address).await.map_err(|source| ListenError::Bind { address, source })
}

/// Serves until [`Lifecycle::stop`], then drains.
///
/// # Errors
/// When the socket fails for good.
pub async fn serve(listener: TcpListener, router: Router, lifecycle: Lifecycle) -> std::io::Result<()> {
    // A page is written in pieces as its answers come; none waits for the reader to acknowledge the one before.
    let listener = listener.tap_io(|connection| {
        if let Err(error) = connection.set_nodelay(true) {
            tracing::debug!(%error, "a connection will be slower than it could be");
        }
    });
    let stopping = lifecycle.clone();
    let server =
        axum::serve(listener, router).with_graceful_shutdown(async move { stopping.stopped().await });
    let too_long = async {
        lifecycle.stopped().await;
        tokio::time::sleep(DRAIN).await;
    };
    tokio::select! {
        served = server.into_future() => served,
        () = too_long => {
            tracing::warn!("some requests were still open after {} s and were cut off", DRAIN.as_secs());
            Ok(())
        }
    }
}

/// Stops `lifecycle` at the first SIGINT or SIGTERM. The second one finds the default behaviour of a process: it ends.
pub fn stop_on_signal(lifecycle: Lifecycle) {
    tokio::spawn(async move {
        signalled().await;
        tracing::info!("stopping");
        lifecycle.stop();
        signalled().await;
        std::process::exit(EXIT_INTERRUPTED);
    });
}

/// What a shell reports for a process ended by SIGINT.
const EXIT_INTERRUPTED: i32 = 130;

async fn signalled() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            // Without the handler the signal ends the process, as it should.
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        _ = interrupt => {}
        () = terminate => {}
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    #[tokio::test]
    async fn other_machines_are_let_in_only_when_that_was_said() {
        let open = SocketAddr::from(([0, 0, 0, 0], 0));
        assert!(matches!(bind(open, false).await, Err(ListenError::Exposed { .. })));
        assert!(bind(open, true).await.is_ok());
        assert!(bind(SocketAddr::from(([127, 0, 0, 1], 0)), false).await.is_ok());
    }

    #[tokio::test]
    async fn a_taken_port_is_named_with_its_cure() {
        let first = bind(SocketAddr::from(([127, 0, 0, 1], 0)), false).await.unwrap();
        let taken = first.local_addr().unwrap();
        let error = bind(taken, false).await.unwrap_err();
        assert!(
            error.to_string().contains(&taken.to_string()) && error.hint().contains("--listen"),
            "{error}"
        );
    }

    #[tokio::test]
    async fn serving_ends_when_it_is_told_to() {
        let listener = bind(SocketAddr::from(([127, 0, 0, 1], 0)), false).await.unwrap();
        let lifecycle = Lifecycle::default();
        let server = tokio::spawn(serve(listener, Router::new(), lifecycle.clone()));
        lifecycle.stop();
        tokio::time::timeout(Duration::from_secs(5), server).await.unwrap().unwrap().unwrap();
    }
}
