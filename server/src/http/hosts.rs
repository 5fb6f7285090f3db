//! The names this server may be called by. A page of another site can point its own name at 127.0.0.1 and then read
//! whatever answers (DNS rebinding); it cannot do so under a name or address that is ours.

use std::net::IpAddr;

/// The accepted values of the `Host` header, ports aside.
#[derive(Clone, Debug, Default)]
pub struct Hosts {
    open: bool,
    named: Vec<String>,
}

impl Hosts {
    /// For a server on loopback: loopback addresses and `localhost` names.
    pub fn loopback() -> Self {
        Hosts::default()
    }

    /// For a server on any address: every literal address too, since no name has to be resolved to reach it.
    pub fn open() -> Self {
        Hosts { open: true, named: Vec::new() }
    }

    /// Accepts these names as well, whatever the case.
    #[must_use]
    pub fn and(mut self, names: &[String]) -> Self {
        self.named.extend(names.iter().map(|name| name.to_ascii_lowercase()));
        self
    }

    /// Whether a request under this `Host` header (name or address, perhaps with a port) is for us.
    pub fn accept(&self, host: &str) -> bool {
        let name = without_port(host).to_ascii_lowercase();
        if name == "localhost" || name.ends_with(".localhost") || self.named.contains(&name) {
            return true;
        }
        let literal = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(&name);
        literal.parse::<IpAddr>().is_ok_and(|address| self.open || address.is_loopback())
    }
}

/// `name:port` without the port; `[v6]:port` keeps its brackets.
fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) && !name.ends_with(':') => {
            name
        }
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_answers_to_its_own_names_only() {
        let hosts = Hosts::loopback();
        for ours in
            ["127.0.0.1:3000", "localhost:3000", "LOCALHOST", "[::1]:3000", "[::1]", "weir.localhost:1"]
        {
            assert!(hosts.accept(ours), "{ours}");
        }
        for foreign in
            ["evil.example:3000", "127.0.0.1.evil.example", "10.0.0.5", "", "localhost.evil.example"]
        {
            assert!(!hosts.accept(foreign), "{foreign}");
        }
    }

    #[test]
    fn an_open_server_answers_to_addresses_and_to_the_names_it_was_given() {
        let hosts = Hosts::open().and(&["Weir.Example.com".to_owned()]);
        assert!(
            hosts.accept("10.0.0.5:3000")
                && hosts.accept("[2001:db8::1]:80")
                && hosts.accept("weir.example.com")
        );
        assert!(!hosts.accept("evil.example"));
    }
}
