package check

import (
	"strings"

	"github.com/connspec/connspec/model"
)

// exceptions are the rules whose call fails and leaves something behind, with what that is.
var exceptions = map[string]string{
	"send/stream/fast-open/deferred-EINPROGRESS": "the attempt",
	"send/stream/fast-open/deferred-EINVAL":      "the Fast Open that connect put off is given up",
	"connect/EINPROGRESS":                        "the attempt",
	"connect/linux/over-time-wait-EINPROGRESS":   "the attempt",
	"connect/at-once":                            "the attempt, which was over at once",
	"connect/wait":                               "the attempt, which was over at once",
	"connect/linux/over-time-wait":               "the attempt, which was over at once",

	"connect/linux/ECONNABORTED":    taken,
	"connect/linux/collect-error":   taken,
	"connect/macos/collect-error":   taken,
	"connect/macos/collect-reset":   taken,
	"connect/macos/stale-error":     taken,
	"connect/osx/ECONNREFUSED-dead": taken,
	"connect/osx/EINVAL-dead":       taken,
	"connect/osx/collect-error":     taken,
	"connect/osx/stale-error":       taken,
	"recv/bsd/error":                taken,
	"recv/stream/error":             taken,
	"recv/stream/reset-after-end":   taken,
	"recv/dgram/error":              taken,
	"send/stream/error":             taken,
	"send/stream/reset":             taken,
	"send/dgram/error":              taken,

	"connect/linux/EINVAL-short":                  bound,
	"connect/linux/EAFNOSUPPORT":                  bound,
	"connect/linux/ENETUNREACH":                   bound,
	"connect/linux/EHOSTUNREACH":                  bound,
	"connect/linux/EACCES-prohibit":               bound,
	"connect/linux/EINVAL-blackhole":              bound,
	"connect/linux/EINVAL-loopback-source":        bound,
	"connect/linux/ENETUNREACH-limited-broadcast": bound,
	"connect/linux/EACCES-broadcast":              bound,
	"send/dgram/EDESTADDRREQ":                     bound,
	"send/dgram/EPIPE":                            bound,

	"connect/linux/inet6/ENETUNREACH-only": bound,
	"connect/macos/inet6/only":             halfway,
	"connect/osx/inet6/only":               halfway,
	"connect/macos/EADDRINUSE-dgram":       dissolved,
	"connect/osx/EADDRINUSE-dgram":         dissolved,
	"connect/macos/inet6/crossed":          dissolved,
	"connect/osx/inet6/crossed":            dissolved,

	"connect/macos/EADDRNOTAVAIL-port": dissolved,
	"connect/macos/ENETUNREACH":        dissolved,
	"connect/macos/dissolve":           dissolved,
	"connect/osx/ENETUNREACH":          dissolved,
	"connect/osx/dissolve":             dissolved,
	"connect/targettcp/EAFNOSUPPORT":   dissolved,
	"connect/targettcp/ENETUNREACH":    dissolved,

	"send/bsd/error":       taken,
	"send/dgram/bsd/error": taken,

	"send/dgram/EAFNOSUPPORT":  bound,
	"send/dgram/EINVAL-length": bound,
	"send/dgram/EINVAL-port":   bound,
	"send/dgram/route":         bound,
	"send/bsd/EACCES":          bound,
	"send/bsd/EHOSTUNREACH":    bound,

	"connect/linux/inet6/EINVAL-no-scope":            bound,
	"connect/linux/inet6/ENODEV":                     bound,
	"connect/linux/inet6/bare-source":                bound,
	"connect/linux/inet6/ENETUNREACH-device":         bound,
	"connect/linux/inet6/EAFNOSUPPORT-mapped-source": bound,
	"send/dgram/linux/inet6/EINVAL-family":           bound,
	"send/dgram/linux/inet6/EINVAL-no-family":        bound,
	"send/dgram/linux/inet6/ENETUNREACH-only":        bound,
	"connect/linux/ENETUNREACH-stream-multicast":     strayed,
	"connect/linux/ENETUNREACH-stream-broadcast":     strayed,
	"bind/linux/inet6/EADDRNOTAVAIL":                 scoped,
	"bind/linux/inet6/ENODEV":                        scoped,
	"connect/linux/inet6/misdirected-EINPROGRESS":    "the attempt",
	"connect/linux/device/EINPROGRESS":               "the attempt",
	"send/stream/fast-open/EINPROGRESS":              "the attempt",
	"send/stream/fast-open/wait":                     "the attempt, which was over at once",
	"send/macos/resume-EAGAIN":                       "the attempt, which had been put off",
	"recv/macos/resume-EAGAIN":                       "the attempt, which had been put off",
	"send/unix/dgram/error":                          taken,
	"send/unix/dgram/bsd/error":                      taken,
	"send/unix/seqpacket/error":                      taken,
	"recv/unix/error":                                taken,
	"recv/unix/bsd/error":                            taken,
	"shutdown/unix/macos/ENOTCONN-again":             "the halves are shut before the socket is asked (soshutdown)",
	"send/unix/dgram/ECONNREFUSED-peer":              "a datagram socket loses a peer that is gone",
	"connectx/ENXIO":                                 dissolved,
	"connectx/source/fails":                          dissolved,
	"connect/osx/inet6/EAFNOSUPPORT-group":           dissolved,

	"connect/macos/EAFNOSUPPORT-dgram":        dissolved,
	"connect/macos/EINVAL-length":             dissolved,
	"connect/macos/dissolve-null":             dissolved,
	"connect/osx/EADDRNOTAVAIL-port":          dissolved,
	"connect/osx/EAFNOSUPPORT":                dissolved,
	"connect/osx/EINVAL-length":               dissolved,
	"connect/osx/EINVAL-length-apart":         dissolved,
	"connect/osx/dissolve-null":               dissolved,
	"connect/targettcp/EADDRNOTAVAIL":         dissolved,
	"connect/targettcp/EDESTADDRREQ-address":  dissolved,
	"connect/targettcp/EDESTADDRREQ-port":     dissolved,
	"connect/targettcp/EINVAL":                dissolved,
	"connect/targettcp/ENETUNREACH-broadcast": dissolved,

	"connect/macos/EACCES-broadcast":       halfway,
	"connect/macos/EHOSTUNREACH":           halfway,
	"connect/osx/EACCES-broadcast":         halfway,
	"connect/osx/EACCES-limited-broadcast": halfway,
	"connect/osx/EAFNOSUPPORT-multicast":   halfway,
	"connect/osx/EHOSTUNREACH":             halfway,

	"bind/EADDRINUSE":          "the address that an attempt left is taken out",
	"accept/ECONNABORTED":      "the connection that was reset is off the queue",
	"shutdown/ENOTCONN":        "the halves are shut all the same",
	"shutdown/ENOTCONN-failed": "the halves are shut all the same",
	"shutdown/macos/again":     "the halves are shut all the same",
}

const (
	taken     = "the pending error is taken, and with it the failed attempt"
	bound     = "a datagram socket is bound by then, and its flow overwritten"
	halfway   = "the host chose names and would not send, and BSD leaves it at that"
	strayed   = "a stream socket of AF_INET6 goes on as one of IPv4, or back, once it was asked for such a peer"
	scoped    = "the scope id of the address has bound the socket to the interface by then"
	dissolved = "a datagram socket has lost its peer by then"
)

// excepted says whether a rule may fail and leave something behind.
func excepted(id model.RuleID) bool {
	name := id.String()
	if rest, ok := strings.CutPrefix(name, "sendto/"); ok { // which have the rules of send and recv, and more
		name = "send/" + rest
	} else if rest, ok := strings.CutPrefix(name, "recvfrom/"); ok {
		name = "recv/" + rest
	}
	_, ok := exceptions[name]
	return ok
}
