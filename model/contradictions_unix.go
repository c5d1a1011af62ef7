package model

// contradictionsOfUnix: what the documents and systems disagree on about
// AF_UNIX.
var contradictionsOfUnix = []Contradiction{
	{
		ID:      "unix-family",
		Text:    "All pages say EAFNOSUPPORT for an address of another family than the socket's, and on an AF_UNIX socket Linux says EINVAL, as for an address of a wrong length.",
		Clauses: cites("linux/errors/EAFNOSUPPORT", "posix/errors/EAFNOSUPPORT", "macos/errors/EAFNOSUPPORT", "osx/errors/EAFNOSUPPORT"),
		Rules:   []string{"connect/unix/linux/EINVAL", "connect/unix/EAFNOSUPPORT"},
	},
	{
		ID:      "unix-not-a-socket",
		Text:    "No page says what a path to a file that is no socket gives: Linux says ECONNREFUSED, as for a socket file without a socket, and the BSDs ENOTSOCK, which the pages keep for the descriptor.",
		Clauses: cites("macos/errors/ENOTSOCK", "osx/errors/ENOTSOCK"),
		Rules:   []string{"connect/unix/linux/ECONNREFUSED-file", "connect/unix/macos/ENOTSOCK", "connect/unix/osx/ENOTSOCK", "connect/unix/posix/unsaid-file"},
	},
	{
		ID:      "unix-empty-path",
		Text:    "POSIX says ENOENT for an empty path; Linux takes no path at all for an invalid argument, and one that begins with NUL for a name outside the file system.",
		Clauses: cites("posix/errors/unix/ENOENT-empty", "macos/errors/EINVAL-length", "linux/errors/ECONNREFUSED"),
		Rules:   []string{"connect/unix/ENOENT", "connect/unix/linux/EINVAL", "connect/unix/ECONNREFUSED-dead"},
	},
	{
		ID:      "unix-connected-first",
		Text:    "The pages say EISCONN for a connected socket and give no order; the BSDs look at the socket first, and Linux only once the path, its permissions, and the room in the listener's queue are found good.",
		Clauses: cites("posix/errors/EISCONN", "linux/errors/EISCONN", "macos/errors/EISCONN", "osx/errors/EISCONN"),
		Rules:   []string{"connect/unix/EISCONN", "connect/unix/linux/EISCONN"},
	},
	{
		ID:      "unix-listener-connects",
		Text:    "POSIX and the BSD pages say EOPNOTSUPP for a listening socket; Linux says EINVAL for one of AF_UNIX, and EISCONN for others.",
		Clauses: cites("posix/errors/may/EOPNOTSUPP", "macos/errors/EOPNOTSUPP", "osx/errors/EOPNOTSUPP"),
		Rules:   []string{"connect/unix/bsd/EOPNOTSUPP", "connect/unix/linux/EINVAL-listening"},
	},
	{
		ID:      "unix-backlog",
		Text:    "With the listener's queue full Linux makes a blocking connect wait and a non-blocking one fail with EAGAIN, with nothing under way, where its page says in one entry that this stands in for EINPROGRESS; the BSDs refuse both.",
		Clauses: cites("linux/errors/EAGAIN-unix", "linux/errors/EINPROGRESS-unix", "macos/errors/ECONNREFUSED-rejected", "osx/errors/ECONNREFUSED-rejected"),
		Rules:   []string{"connect/unix/linux/EAGAIN", "connect/unix/linux/wait", "connect/unix/bsd/ECONNREFUSED-full"},
	},
	{
		ID:      "unix-prototype",
		Text:    "The pages say EPROTOTYPE for a socket of another type at the address; in Linux that holds for paths, and an abstract name that a socket of another type has is refused as if nobody had it.",
		Clauses: cites("posix/errors/EPROTOTYPE", "linux/errors/EPROTOTYPE-unix"),
		Rules:   []string{"connect/unix/EPROTOTYPE", "connect/unix/ECONNREFUSED-dead"},
	},
}
