//! Sending requests to others: only to public addresses, unless a host and port is let through.
//!
//! A name is looked up here, and what it leads to is what is connected to. Redirects are not
//! followed, and proxies of the environment not used.

use super::config::ConfigError;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, ClientBuilder, redirect};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// Hosts and ports that need not be public.
pub(super) type HostsAndPorts = BTreeSet<(String, u16)>;

/// Hosts and ports as settings give them.
///
/// # Errors
/// What `refused` makes of a text that is none.
pub(super) fn hosts_and_ports(
    texts: &[String],
    refused: fn(String) -> ConfigError,
) -> Result<HostsAndPorts, ConfigError> {
    texts
        .iter()
        .map(|text| {
            text.rsplit_once(':')
                .and_then(|(host, port)| Some((bare(host), port.parse().ok()?)))
                .filter(|(host, port)| !host.is_empty() && *port > 0)
                .ok_or_else(|| refused(text.clone()))
        })
        .collect()
}

/// What sends requests: to public addresses, and to those that are let through.
pub(super) struct Clients {
    pub(super) public: Client,
    pub(super) private: Client,
}

impl Clients {
    /// `purpose` is what others see of why they are asked.
    ///
    /// # Errors
    /// Why no client could be made.
    pub(super) fn new(purpose: &str) -> Result<Self, String> {
        let agent = format!("weft/{} ({purpose})", env!("CARGO_PKG_VERSION"));
        let client = |builder: ClientBuilder| {
            builder
                .redirect(redirect::Policy::none())
                .no_proxy()
                .referer(false)
                .user_agent(agent.clone())
                .pool_idle_timeout(Duration::from_secs(30))
                .build()
                .map_err(|error| format!("no HTTP client: {error}"))
        };
        Ok(Self {
            public: client(Client::builder().dns_resolver(Arc::new(PublicOnly)))?,
            private: client(Client::builder())?,
        })
    }
}

/// A host without the brackets of IPv6 addresses and the last dot of names.
pub(super) fn bare(host: &str) -> String {
    host.trim_start_matches('[')
        .trim_end_matches(']')
        .trim_end_matches('.')
        .to_ascii_lowercase()
}

/// What kind of address it is, if it is not a public one.
pub(super) fn not_public(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => not_public_v4(address),
        IpAddr::V6(address) => not_public_v6(address),
    }
}

/// The registry is <https://www.iana.org/assignments/iana-ipv4-special-registry>.
fn not_public_v4(address: Ipv4Addr) -> Option<&'static str> {
    Some(match address.octets() {
        [0, ..] => "an unspecified address",
        [127, ..] => "a loopback address",
        [10, ..] | [192, 168, ..] | [172, 16..=31, ..] => "a private address",
        [100, 64..=127, ..] => "a shared address of a provider",
        [169, 254, ..] => "a link-local address",
        [192, 0, 0, _]
        | [192, 88, 99, _]
        | [192, 31, 196, _]
        | [192, 52, 193, _]
        | [192, 175, 48, _] => "an address for protocols",
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => "an address for documentation",
        [198, 18..=19, ..] => "an address for benchmarks",
        [224..=239, ..] => "a multicast address",
        [240..=255, ..] => "a reserved address",
        _ => return None,
    })
}

/// The registry is <https://www.iana.org/assignments/iana-ipv6-special-registry>. Public is what
/// lies in 2000::/3; an address that holds an IPv4 address is as public as that.
fn not_public_v6(address: Ipv6Addr) -> Option<&'static str> {
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        not_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    Some(match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => "an unspecified address",
        [0, 0, 0, 0, 0, 0, 0, 1] => "a loopback address",
        // Mapped IPv4, and NAT64.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            return v4(high, low);
        }
        // 6to4.
        [0x2002, high, low, ..] => return v4(high, low),
        [0xfc00..=0xfdff, ..] => "a unique local address",
        [0xfe80..=0xfebf, ..] => "a link-local address",
        [0xff00..=0xffff, ..] => "a multicast address",
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => "an address for documentation",
        [0x2001, 0..=0x1ff, ..] => "an address for protocols",
        [0x2000..=0x3fff, ..] => return None,
        _ => "a reserved address",
    })
}

/// A name that leads to an address which is not public.
#[derive(Debug, thiserror::Error)]
#[error("{host} is {address}, {kind}")]
pub(super) struct NotPublic {
    pub(super) host: String,
    pub(super) address: IpAddr,
    pub(super) kind: &'static str,
}

/// Looks names up, and refuses those that lead to an address which is not public.
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let addresses: Vec<SocketAddr> =
                tokio::net::lookup_host((host.as_str(), 0)).await?.collect();
            for address in &addresses {
                if let Some(kind) = not_public(address.ip()) {
                    return Err(NotPublic {
                        host,
                        address: address.ip(),
                        kind,
                    }
                    .into());
                }
            }
            // The connection goes to one of these; the name is not looked up again.
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}
