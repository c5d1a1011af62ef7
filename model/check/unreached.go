package check

import "github.com/connspec/connspec/spec"

// unreached are the rules that no scope leads to, with the reason.
var unreached = map[spec.Dialect]map[string]string{
	spec.POSIX:     {"request/crowded": crowded},
	spec.TargetTCP: {"request/crowded": crowded},
	spec.Linux: {
		"connect/linux/over-time-wait-fast":     "a Fast Open over TIME-WAIT, which leaves the model: the scope of TIME-WAIT has no room for a second socket and its option; wandering gets there",
		"time-wait/syn-uncounted":               "a connection within the host after AF_UNSPEC, its end in TIME-WAIT, and another one, which leaves the model: the scopes within the host have no room for it; a script of the corpus gets there",
		"request/inet6/device":                  "a listener with a handshake that AF_UNSPEC, and a connect with a scope id that failed, bound to another interface, which leaves the model",
		"send/dgram/linux/inet6/device-changed": "a datagram socket on one interface whose routes change, which leaves the model: wandering gets there",
	},
}

const crowded = "a listener with a handshake, beside a socket that a document left in any state: no scope has both, generated scripts do"

// Unreached gives the rules of a dialect that no scope leads to, each with the reason.
func Unreached(d spec.Dialect) map[string]string { return unreached[d] }
