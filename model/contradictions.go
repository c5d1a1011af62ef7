package model

import "slices"

var contradictions = slices.Concat(
	contradictionsOfState,
	contradictionsOfUnspec,
	contradictionsOfAddress,
	contradictionsOfNetwork,
	contradictionsOfUnix,
)

// contradictionsOfState: what a socket may do again.
var contradictionsOfState = []Contradiction{
	{
		ID:      "blocking-repeat",
		Text:    "A blocking connect while an earlier attempt is under way fails with EALREADY in POSIX, joins the wait in Linux, and fails with EISCONN in macOS, whose pages keep EALREADY for non-blocking sockets and EISCONN for connected ones.",
		Clauses: cites("posix/description/ealready", "linux/errors/EALREADY", "macos/errors/EALREADY", "macos/errors/EISCONN", "osx/errors/EALREADY"),
		Rules:   []string{"connect/posix/EALREADY", "connect/linux/join", "connect/macos/EISCONN-connecting", "connect/osx/EALREADY-blocking", "connect/osx/EISCONN-connecting"},
	},
	{
		ID:      "zero-once",
		Text:    "The pages say EISCONN for a connect on a connected socket, TargetTCP with the word that this is how success is learnt, and Linux answers 0 the first time after a successful attempt.",
		Clauses: cites("linux/errors/EISCONN", "posix/errors/EISCONN", "targettcp/description/tcp-eisconn"),
		Rules:   []string{"connect/linux/zero-once", "connect/linux/EISCONN", "connect/posix/EISCONN", "connect/targettcp/EISCONN"},
	},
	{
		ID:      "stream-once",
		Text:    "The BSD pages allow a stream socket one successful connect in its life, and the Linux page lets AF_UNSPEC make a TCP socket fit to connect again.",
		Clauses: cites("macos/description/stream-once", "osx/description/stream-once", "linux/description/unspec-dissolve-tcp"),
		Rules:   []string{"connect/macos/EISCONN", "connect/osx/EISCONN", "connect/macos/EINVAL-dead", "connect/osx/EINVAL-dead", "connect/linux/dissolve-connection"},
	},
	{
		ID:      "reset-of-the-request",
		Text:    "The macOS page has ECONNREFUSED for an attempt that is rejected and ECONNRESET for one that is reset, and the system answers a reset of the SYN by ECONNREFUSED: ECONNRESET comes only from a connection that stood for a moment.",
		Clauses: cites("macos/errors/ECONNREFUSED-rejected", "macos/errors/ECONNRESET", "posix/errors/may/ECONNRESET"),
		Rules:   []string{"connect/wait/refused", "connect/macos/collect-reset"},
	},
}

// contradictionsOfUnspec: how a datagram socket loses its peer.
var contradictionsOfUnspec = []Contradiction{
	{
		ID:      "unspec-result",
		Text:    "AF_UNSPEC takes the peer from a datagram socket everywhere, and POSIX and Linux report success where the BSD pages report EAFNOSUPPORT and call it harmless.",
		Clauses: cites("posix/description/unspec-reset", "linux/description/unspec-dissolve-dgram", "macos/description/dgram-dissolve-eafnosupport", "osx/description/dgram-dissolve-eafnosupport"),
		Rules:   []string{"connect/posix/unspec-reset", "connect/linux/dissolve-dgram", "connect/macos/dissolve", "connect/osx/dissolve"},
	},
	{
		ID:      "unspec-stream",
		Text:    "The Linux page lets AF_UNSPEC take the peer from a TCP socket, POSIX does not say what it does there, and the BSD pages call it a family that the socket has no use for.",
		Clauses: cites("linux/description/unspec-dissolve-tcp", "posix/description/unspec-stream", "macos/errors/EAFNOSUPPORT", "osx/errors/EAFNOSUPPORT"),
		Rules:   []string{"connect/linux/dissolve-stream", "connect/linux/dissolve-connection", "connect/linux/dissolve-attempt", "connect/posix/unspec-stream"},
	},
	{
		ID:      "null-address",
		Text:    "The BSD pages say that a null address takes the peer away and reports EAFNOSUPPORT; the address 0.0.0.0 with port 0 takes it away and reports EADDRNOTAVAIL, and a null pointer does nothing but fail.",
		Clauses: cites("macos/description/dgram-dissolve-null", "macos/description/dgram-dissolve-eafnosupport", "osx/description/dgram-dissolve-null", "osx/description/dgram-dissolve-eafnosupport"),
		Rules:   []string{"connect/macos/dissolve-null", "connect/macos/EINVAL-null", "connect/osx/dissolve-null"},
	},
	{
		ID:      "failed-reconnect",
		Text:    "The BSD pages let any invalid address take the peer from a datagram socket, and in Linux a connect that fails leaves the old peer in place, of which its page says nothing.",
		Clauses: cites("macos/description/dgram-dissolve-invalid", "osx/description/dgram-dissolve-invalid", "linux/description/dgram-destination"),
		Rules:   []string{"connect/macos/EINVAL-length", "connect/osx/EINVAL-length-apart", "connect/linux/EINVAL-short", "connect/linux/ENETUNREACH"},
	},
}

// contradictionsOfAddress: what is wrong with an address, and how it is said.
var contradictionsOfAddress = []Contradiction{
	{
		ID:      "bad-handle",
		Text:    "A number that is no descriptor is EBADF everywhere but in TargetTCP, which has ENOTSOCK for every bad handle.",
		Clauses: cites("posix/errors/EBADF", "linux/errors/EBADF", "macos/errors/EBADF", "osx/errors/EBADF", "targettcp/errors/ENOTSOCK"),
		Rules:   []string{"connect/posix/EBADF", "connect/linux/EBADF", "connect/macos/EBADF", "connect/osx/EBADF", "connect/targettcp/ENOTSOCK"},
	},
	{
		ID:      "null-pointer",
		Text:    "The macOS page has EFAULT for an address outside the process, and the system answers a null pointer by EINVAL.",
		Clauses: cites("macos/errors/EFAULT", "targettcp/errors/EFAULT"),
		Rules:   []string{"connect/macos/EINVAL-null", "connect/targettcp/EFAULT"},
	},
	{
		ID:      "too-long",
		Text:    "The BSD pages have EINVAL for a length that the family does not have, and their systems answer one beyond 255, a negative one too, by ENAMETOOLONG, which the pages keep for paths.",
		Clauses: cites("macos/errors/EINVAL-length", "osx/errors/EINVAL-length"),
		Rules:   []string{"connect/macos/ENAMETOOLONG", "connect/osx/ENAMETOOLONG"},
	},
	{
		ID:      "longer-length",
		Text:    "TargetTCP asks only that the length be no smaller than that of an address, as Linux does, and the BSD systems take exactly that length and call any other invalid.",
		Clauses: cites("targettcp/description/length-argument", "targettcp/errors/EINVAL", "macos/errors/EINVAL-length", "osx/errors/EINVAL-length"),
		Rules:   []string{"connect/targettcp/EINVAL", "connect/linux/EINVAL-short", "connect/macos/EINVAL-length", "connect/osx/EINVAL-length"},
	},
	{
		ID:      "wildcard-and-port-zero",
		Text:    "TargetTCP refuses the unspecified address and port 0 with EDESTADDRREQ, the BSD systems refuse port 0 with EADDRNOTAVAIL, whose clause speaks of an address, and in Linux the wildcard means the host itself and port 0 is a port.",
		Clauses: cites("targettcp/errors/EDESTADDRREQ-address", "targettcp/errors/EDESTADDRREQ-port", "macos/errors/EADDRNOTAVAIL", "osx/errors/EADDRNOTAVAIL"),
		Rules:   []string{"connect/targettcp/EDESTADDRREQ-address", "connect/targettcp/EDESTADDRREQ-port", "connect/macos/EADDRNOTAVAIL-port", "connect/osx/EADDRNOTAVAIL-port"},
	},
	{
		ID:      "same-names",
		Text:    "A connection with the four names of another is EADDRINUSE in the pages, and Linux answers EADDRNOTAVAIL and never EADDRINUSE.",
		Clauses: cites("linux/errors/EADDRINUSE", "posix/errors/may/EADDRINUSE", "macos/errors/EADDRINUSE", "osx/errors/EADDRINUSE", "targettcp/errors/EADDRINUSE"),
		Rules:   []string{"connect/linux/EADDRNOTAVAIL", "connect/linux/EADDRNOTAVAIL-time-wait", "connect/posix/EADDRINUSE", "connect/macos/EADDRINUSE", "connect/osx/EADDRINUSE", "connect/targettcp/EADDRINUSE"},
	},
	{
		ID:      "eprototype",
		Text:    "EPROTOTYPE is about the type of the socket found at the address in POSIX and the BSD pages, and about a type that does not speak a protocol in the Linux page.",
		Clauses: cites("posix/errors/EPROTOTYPE", "macos/errors/EPROTOTYPE", "osx/errors/EPROTOTYPE", "linux/errors/EPROTOTYPE"),
	},
}

// contradictionsOfNetwork: what the way to the peer brings.
var contradictionsOfNetwork = []Contradiction{
	{
		ID:      "stream-broadcast",
		Text:    "For a broadcast address the Linux page has EACCES until SO_BROADCAST is set and TargetTCP EADDRNOTAVAIL on TCP sockets; a stream socket of Linux gets ENETUNREACH, whatever the option says.",
		Clauses: cites("linux/errors/EACCES-broadcast", "macos/errors/EACCES", "osx/errors/EACCES", "targettcp/errors/EADDRNOTAVAIL-broadcast"),
		Rules: []string{
			"connect/linux/ENETUNREACH-stream-broadcast", "connect/linux/EACCES-broadcast", "connect/macos/EACCES-broadcast", "connect/osx/EACCES-broadcast",
			"connect/targettcp/EADDRNOTAVAIL",
		},
	},
	{
		ID:      "ports-used-up",
		Text:    "The Linux page has EADDRNOTAVAIL when every ephemeral port is taken; a datagram socket of Linux gets EAGAIN.",
		Clauses: cites("linux/errors/EADDRNOTAVAIL"),
		Rules:   []string{"connect/linux/EAGAIN-ports", "connect/linux/EADDRNOTAVAIL-ports"},
	},
	{
		ID:      "firewall",
		Text:    "The Linux page has EACCES or EPERM when a local firewall stops the request; connect of Linux does not look at what became of its SYN, and only a route of type prohibit gives EACCES.",
		Clauses: cites("linux/errors/EACCES-firewall", "linux/errors/EPERM-firewall"),
		Rules:   []string{"connect/linux/filtered", "connect/linux/filtered-wait", "connect/linux/EACCES-prohibit"},
	},
	{
		ID:      "unreachable-host",
		Text:    "TargetTCP reports EHOSTUNREACH when the time is up and a message had called the peer unreachable, where the other pages have it, or ENETUNREACH, for a host that cannot be reached and Linux reports it as soon as the message comes.",
		Clauses: cites("targettcp/errors/EHOSTUNREACH", "posix/errors/may/EHOSTUNREACH", "macos/errors/EHOSTUNREACH", "osx/errors/EHOSTUNREACH", "linux/errors/ENETUNREACH"),
		Rules:   []string{"connect/wait/unreachable", "timer/attempt-over"},
	},
	{
		ID:      "would-block",
		Text:    "A non-blocking connect that cannot be done at once is EINPROGRESS in POSIX and the attempt goes on, and on an AF_UNIX socket of Linux it is EAGAIN and nothing goes on.",
		Clauses: cites("posix/description/einprogress", "posix/description/einprogress-not-aborted", "linux/errors/EAGAIN-unix", "linux/errors/EINPROGRESS-unix"),
	},
}
