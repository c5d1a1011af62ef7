package sensitivity

// planted is one fault of the sixty: a statement that changes a rule of the
// model, or what the kernel answers (a). Missed says why a short run is not
// expected to find it.
type planted struct{ name, code, missed string }

// inRules are faults of the model.
var inRules = []planted{
	// errnos swapped
	{"EALREADY for EISCONN", `answers("connect/linux/EISCONN", spec.EALREADY)`, ""},
	{"EINPROGRESS for EALREADY", `answers("connect/linux/EALREADY", spec.EINPROGRESS)`, ""},
	{"ENOTCONN for EISCONN once dead", `answers("connect/linux/EISCONN-dead", spec.ENOTCONN)`, ""},
	{"EINVAL for EISCONN of a listener", `answers("connect/linux/EISCONN-listening", spec.EINVAL)`, ""},
	{"EOPNOTSUPP for EINVAL half shut", `answers("connect/linux/EINVAL-disconnecting", spec.EOPNOTSUPP)`, ""},
	{"EFAULT for a length out of range", `answers("connect/linux/EINVAL-length", spec.EFAULT)`, ""},
	{"EAFNOSUPPORT for no room for a family", `answers("connect/linux/EINVAL-no-family", spec.EAFNOSUPPORT)`, ""},
	{"EINVAL for EFAULT", `answers("connect/linux/EFAULT", spec.EINVAL)`, ""},
	{"EBADF for ENOTSOCK", `answers("connect/linux/ENOTSOCK", spec.EBADF)`, ""},
	{"EPERM for EACCES of a prohibited route", `faulty("connect/linux/EACCES-prohibit").then = failsRoute(spec.EPERM)`, ""},
	{"ENETUNREACH for a blackhole", `faulty("connect/linux/EINVAL-blackhole").then = failsRoute(spec.ENETUNREACH)`, ""},
	{"EADDRINUSE for four names taken", `answers("connect/linux/EADDRNOTAVAIL", spec.EADDRINUSE)`, ""},
	{"EHOSTUNREACH for no route", `faulty("connect/linux/ENETUNREACH").then = failsRoute(spec.EHOSTUNREACH)`, ""},
	{"EINVAL for listen on a datagram socket", `answers("listen/EOPNOTSUPP", spec.EINVAL)`, ""},
	{"EADDRINUSE for a second bind", `answers("bind/EINVAL-bound", spec.EADDRINUSE)`, ""},
	{"EWOULDBLOCK for EINVAL of accept", `answers("accept/EINVAL", spec.EAGAIN)`, ""},
	{"EPIPE for a send without a destination", `answers("send/dgram/EDESTADDRREQ", spec.EPIPE)`, ""},
	{"a refusal within the host says ECONNRESET", `faulty("connect/wait/refused").then = func(m *move) { attemptOver(m); m.t.Ret.Errno = spec.ECONNRESET }`, ""},
	// state not changed
	{"the first 0 is not used up", `faulty("connect/linux/zero-once").then = func(m *move) { m.ret(0) }`, ""},
	{"the error is collected time and again", `forgets("connect/linux/collect-error")`, ""},
	{"ECONNABORTED stays for ever", `forgets("connect/linux/ECONNABORTED")`, ""},
	{"AF_UNSPEC leaves a datagram socket its peer", `forgets("connect/linux/dissolve-dgram")`, ""},
	{"AF_UNSPEC leaves an attempt under way", `forgets("connect/linux/dissolve-attempt")`, ""},
	{"AF_UNSPEC leaves a listener listening", `forgets("connect/linux/dissolve-listener")`, ""},
	{"SO_ERROR leaves the error", `forgets("getsockopt/SO_ERROR")`, ""},
	{"SO_BROADCAST is not set", `forgets("setsockopt/SO_BROADCAST")`, ""},
	{"O_NONBLOCK is not set", `forgets("fcntl/F_SETFL")`, ""},
	{"shutdown of an unconnected socket does not stick", `forgets("shutdown/ENOTCONN")`, ""},
	{"a failed datagram connect takes the peer", `after("connect/linux/EACCES-broadcast", func(m *move) { m.s.TCP = Closed })`, ""},
	{"a failed datagram connect chooses no port", `faulty("connect/linux/EAFNOSUPPORT").then = fails(spec.EAFNOSUPPORT)`, ""},
	// locks and names
	{"bind takes no lock on the port", `after("bind/ok", func(m *move) { m.s.clear(PortLock) })`, ""},
	{"bind takes no lock on the address", `after("bind/ok", func(m *move) { m.s.clear(AddrLock) })`, ""},
	{"connect narrows no wildcard", `after("connect/dgram", func(m *move) { if !m.s.has(AddrLock) { m.s.Local = AddrAny } })`, ""},
	// order of checks
	{"EFAULT after ENOTSOCK", `yields("connect/linux/EFAULT", "connect/linux/ENOTSOCK")`, ""},
	{"the family before the length", `yields("connect/linux/EINVAL-short", "connect/linux/EAFNOSUPPORT")`, ""},
	{"the descriptor after the length", `yields("connect/linux/EBADF", "connect/linux/EINVAL-length")`, ""},
	{"the length after the file", `yields("connect/linux/EINVAL-length", "connect/linux/ENOTSOCK")`, ""},
	// conditions
	{"a broadcast peer needs no SO_BROADCAST", `never("connect/linux/EACCES-broadcast")`, ""},
	{"an RST that acknowledges nothing counts", `faulty("syn-sent/rst-no-ack").then = func(m *move) { m.done(m.slot, spec.ECONNREFUSED) }`, ""},
	{"an ICMP message counts in any window", `never("icmp/outside")`, ""},
	{"an RST within the window needs no challenge", `faulty("synced/rst-challenge").then = reset`, ""},
	{"a late SYN|ACK of another number is ignored", `faulty("syn-sent/bad-ack").then = nothing`, ""},
}

// inKernel are faults of the kernel's answers.
var inKernel = []planted{
	{"kernel: EALREADY for EINPROGRESS", `a.swap(spec.OpConnect, spec.EINPROGRESS, spec.EALREADY)`, ""},
	{"kernel: ECONNRESET for ECONNREFUSED", `a.swap(spec.OpConnect, spec.ECONNREFUSED, spec.ECONNRESET)`, ""},
	{"kernel: ECONNREFUSED for ECONNABORTED", `a.swap(spec.OpConnect, spec.ECONNABORTED, spec.ECONNREFUSED)`, ""},
	{"kernel: EPERM for EACCES", `a.swap(spec.OpConnect, spec.EACCES, spec.EPERM)`, ""},
	{"kernel: EHOSTUNREACH for ENETUNREACH", `a.swap(spec.OpConnect, spec.ENETUNREACH, spec.EHOSTUNREACH)`, ""},
	{"kernel: ENOTCONN for EPIPE", `a.swap(spec.OpSend, spec.EPIPE, spec.ENOTCONN)`, ""},
	{"kernel: ENOENT for ECONNREFUSED of EBADF", `a.swap(spec.OpConnect, spec.EBADF, spec.ENOENT)`, ""},
	{"kernel: shutdown of an unconnected socket succeeds", `if a.of(spec.OpShutdown) && a.result.Errno == spec.ENOTCONN { *a.result = spec.Result{} }`, ""},
	{"kernel: listen never fails", `if a.of(spec.OpListen) && a.result.Errno == spec.EINVAL { *a.result = spec.Result{} }`, ""},
	{"kernel: a length of 15 will do", `if a.of(spec.OpConnect) && a.call.AddrLen == 15 && a.result.Errno == spec.EINVAL { *a.result = spec.Fail(spec.EINPROGRESS) }`, ""},
	{"kernel: SO_ERROR is always 0", `if a.of(spec.OpGetsockopt) && a.call.Option == spec.SoError { a.result.Value = 0 }`, ""},
	{"kernel: SO_ERROR says ETIMEDOUT for EHOSTUNREACH", `if a.of(spec.OpGetsockopt) && a.call.Option == spec.SoError && a.result.Value == int32(spec.EHOSTUNREACH) { a.result.Value = int32(spec.ETIMEDOUT) }`, ""},
	{"kernel: poll does not hang up", `if a.of(spec.OpPoll) { for i := range a.result.Poll { a.result.Poll[i].Revents &^= spec.PollHup } }`, ""},
	{"kernel: poll shows no error", `if a.of(spec.OpPoll) { for i := range a.result.Poll { a.result.Poll[i].Revents &^= spec.PollErr } }`, ""},
	{"kernel: getpeername of a reset connection", `a.swap(spec.OpGetpeername, spec.ENOTCONN, spec.EINVAL)`, ""},
	{"kernel: no RST is sent", `a.drop = a.frame != nil && a.frame.Proto == script.ProtoTCP && a.frame.Flags&script.RST != 0`, ""},
	{"kernel: an acknowledgement one too high", `if a.frame != nil && a.frame.Flags == script.ACK { a.frame.Ack++ }`, ""},
	{"kernel: no ICMP for a datagram nobody wants", `a.drop = a.frame != nil && a.frame.Proto == script.ProtoICMP`, ""},
}
