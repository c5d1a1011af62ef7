package impl

import (
	"testing"

	"github.com/connspec/connspec/spec"
)

// With returns c with an address length and pointer of its own.
func with(c spec.Call, length int32, p spec.Pointer) spec.Call {
	c.AddrLen, c.Pointer = length, p
	return c
}

func family(c spec.Call, f spec.Family) spec.Call {
	c.Addr.Family = f
	return c
}

// dialects is the errno that each of the five systems gives.
type dialects [spec.DocumentCount]spec.Errno

func all(e spec.Errno) dialects { return dialects{e, e, e, e, e} }

// TestConnectErrnos makes one connect on a fresh socket, non-blocking.
func TestConnectErrnos(t *testing.T) {
	const stream, dgram = spec.SockStream, spec.SockDgram
	to := func(addr string) spec.Call { return connectTo(3, addr) }
	good := to("192.0.2.1:8080")
	for _, c := range []struct {
		what string
		typ  spec.SockType
		call spec.Call
		want dialects // posix, linux, macos, osx, targettcp
	}{
		{"stream to a host", stream, good, all(spec.EINPROGRESS)},
		{"datagram to a host", dgram, good, all(0)},
		{"closed descriptor", stream, connectTo(9, "192.0.2.1:8080"),
			dialects{spec.EBADF, spec.EBADF, spec.EBADF, spec.EBADF, spec.ENOTSOCK}},
		{"NULL", stream, with(good, 16, spec.PointerNull),
			dialects{spec.EFAULT, spec.EFAULT, spec.EINVAL, spec.EFAULT, spec.EFAULT}},
		{"unreadable", stream, with(good, 16, spec.PointerUnreadable), all(spec.EFAULT)},
		{"length 1", stream, with(good, 1, 0), all(spec.EINVAL)},
		{"length 15", stream, with(good, 15, 0), all(spec.EINVAL)},
		{"length 17", stream, with(good, 17, 0),
			dialects{spec.EINVAL, spec.EINPROGRESS, spec.EINVAL, spec.EINVAL, spec.EINPROGRESS}},
		{"length 300", stream, with(good, 300, 0),
			dialects{spec.EINVAL, spec.EINVAL, spec.ENAMETOOLONG, spec.ENAMETOOLONG, spec.EINPROGRESS}},
		{"length -1", stream, with(good, -1, 0),
			dialects{spec.EINVAL, spec.EINVAL, spec.ENAMETOOLONG, spec.ENAMETOOLONG, spec.EINVAL}},
		{"another family", stream, family(good, spec.AFUnknown), all(spec.EAFNOSUPPORT)},
		{"AF_UNSPEC, stream", stream, family(good, spec.AFUnspec),
			dialects{spec.EAFNOSUPPORT, 0, spec.EINPROGRESS, spec.EAFNOSUPPORT, spec.EAFNOSUPPORT}},
		{"AF_UNSPEC, datagram", dgram, family(good, spec.AFUnspec),
			dialects{0, 0, spec.EAFNOSUPPORT, spec.EAFNOSUPPORT, spec.EAFNOSUPPORT}},
		{"port 0, stream", stream, to("192.0.2.1:0"),
			dialects{spec.EINPROGRESS, spec.EINPROGRESS, spec.EADDRNOTAVAIL, spec.EADDRNOTAVAIL, spec.EDESTADDRREQ}},
		{"port 0, datagram", dgram, to("192.0.2.1:0"),
			dialects{0, 0, spec.EADDRNOTAVAIL, spec.EADDRNOTAVAIL, spec.EDESTADDRREQ}},
		{"INADDR_ANY", stream, to("0.0.0.0:80"),
			dialects{spec.EINPROGRESS, spec.EINPROGRESS, spec.EINPROGRESS, spec.EINPROGRESS, spec.EDESTADDRREQ}},
		{"no route", stream, to("203.0.113.1:80"), all(spec.ENETUNREACH)},
		{"unreachable route", stream, to("198.51.100.1:80"),
			dialects{spec.EHOSTUNREACH, spec.EHOSTUNREACH, spec.EHOSTUNREACH, spec.EHOSTUNREACH, spec.ENETUNREACH}},
		{"prohibit route", stream, to("198.51.100.2:80"),
			dialects{spec.ENETUNREACH, spec.EACCES, spec.EHOSTUNREACH, spec.EHOSTUNREACH, spec.ENETUNREACH}},
		{"blackhole route", stream, to("198.51.100.3:80"),
			dialects{spec.EINPROGRESS, spec.EINVAL, spec.EINPROGRESS, spec.EINPROGRESS, spec.EINPROGRESS}},
		{"throw route", stream, to("198.51.100.4:80"), all(spec.ENETUNREACH)},
		{"multicast, stream", stream, to("224.0.0.9:80"),
			dialects{spec.ENETUNREACH, spec.ENETUNREACH, spec.EAFNOSUPPORT, spec.EAFNOSUPPORT, spec.EADDRNOTAVAIL}},
		{"multicast, datagram", dgram, to("224.0.0.9:80"), all(0)},
		{"255.255.255.255, stream", stream, to("255.255.255.255:80"),
			dialects{spec.ENETUNREACH, spec.ENETUNREACH, spec.EAFNOSUPPORT, spec.EACCES, spec.EADDRNOTAVAIL}},
		{"subnet broadcast, stream", stream, to("192.168.255.255:80"),
			dialects{spec.ENETUNREACH, spec.ENETUNREACH, spec.EACCES, spec.EACCES, spec.EADDRNOTAVAIL}},
		{"subnet broadcast, datagram", dgram, to("192.168.255.255:80"),
			dialects{spec.EACCES, spec.EACCES, 0, 0, 0}},
	} {
		for _, d := range spec.Documents() {
			h := newHarness(t, d)
			if fd := h.socket(c.typ, spec.SockNonblock); fd != 3 {
				t.Fatalf("first descriptor is %d, want 3", fd)
			}
			call := c.call
			r, done := h.host.Call(0, 0, &call)
			if !done || r.Errno != c.want[d] {
				t.Errorf("%v, %s: %v (returned %v), want %v", d, c.what, r.Errno, done, c.want[d])
			}
		}
	}
}

// TestErrorPrecedence is which of several errors wins (ground truth 1.1, 1.2).
func TestErrorPrecedence(t *testing.T) {
	h := newHarness(t, spec.Linux)
	null := h.want("open", spec.Call{Op: spec.OpOpen}, 0).Ret
	bad := connectTo(null, "192.0.2.1:8080")
	h.want("length before the type of the file", with(bad, 129, 0), spec.EINVAL)
	h.want("pointer before it too", with(bad, 16, spec.PointerUnreadable), spec.EFAULT)
	h.want("then it", bad, spec.ENOTSOCK)
	l := h.socket(spec.SockStream, 0)
	h.want("listen", spec.Call{Op: spec.OpListen, FD: l}, 0)
	h.want("length for a family before the state", with(connectTo(l, "192.0.2.1:1"), 1, 0), spec.EINVAL)
	h.want("state before the rest of the length", with(connectTo(l, "192.0.2.1:1"), 2, 0), spec.EISCONN)
	h.want("and before the family", family(connectTo(l, "192.0.2.1:1"), spec.AFUnknown), spec.EISCONN)

	h = newHarness(t, spec.OSX)
	h.want("BSD copies the address before it looks at the descriptor", with(connectTo(9, "192.0.2.1:1"), 1, 0), spec.EINVAL)
	h = newHarness(t, spec.MacOS)
	h.want("XNU after", with(connectTo(9, "192.0.2.1:1"), 1, 0), spec.EBADF)
}

// TestAfterFailure is the reconnect matrix (ground truth 4.4) for a refusal.
func TestAfterFailure(t *testing.T) {
	for d, want := range [spec.DocumentCount][3]spec.Errno{
		spec.POSIX:     {spec.EINPROGRESS, spec.EALREADY, spec.EALREADY},
		spec.Linux:     {spec.ECONNREFUSED, spec.EINPROGRESS, spec.EALREADY},
		spec.MacOS:     {spec.ECONNREFUSED, spec.EINVAL, spec.EINVAL},
		spec.OSX:       {spec.EINVAL, spec.EINVAL, spec.EINVAL},
		spec.TargetTCP: {spec.ECONNREFUSED, spec.EINVAL, spec.EINVAL},
	} {
		h := newHarness(t, spec.Dialect(d))
		fd := h.socket(spec.SockStream, spec.SockNonblock)
		h.want("connect", connectTo(fd, "192.0.2.1:8080"), spec.EINPROGRESS)
		h.wantFrame("the SYN", "S 0(0)")
		h.segment(rstAck, 0, 1, "")
		for i, e := range want {
			if r := h.call(connectTo(fd, "192.0.2.1:8080")); r.Errno != e {
				t.Errorf("%v: connect %d after a refusal gives %v, want %v", spec.Dialect(d), i+1, r.Errno, e)
			}
		}
	}
}

// TestUnspecKeepsWhatBindChose is ground truth 3.2.
func TestUnspecKeepsWhatBindChose(t *testing.T) {
	for _, c := range []struct {
		typ        spec.SockType
		bind, want string // want: "" any:0, "stale" any:the old port
	}{
		{spec.SockStream, "", "0.0.0.0:stale"},
		{spec.SockStream, "192.168.0.1:0", "192.168.0.1:stale"},
		{spec.SockStream, "192.168.0.1:8080", "192.168.0.1:8080"},
		{spec.SockStream, "0.0.0.0:8080", "0.0.0.0:8080"},
		{spec.SockDgram, "", "0.0.0.0:0"},
		{spec.SockDgram, "0.0.0.0:0", "0.0.0.0:0"},
		{spec.SockDgram, "192.168.0.1:0", "192.168.0.1:0"},
		{spec.SockDgram, "192.168.0.1:8080", "192.168.0.1:8080"},
		{spec.SockDgram, "0.0.0.0:8080", "0.0.0.0:8080"},
	} {
		h := newHarness(t, spec.Linux)
		fd := h.socket(c.typ, spec.SockNonblock)
		if c.bind != "" {
			h.want("bind", bindTo(fd, c.bind), 0)
		}
		h.call(connectTo(fd, "192.0.2.1:8080"))
		during := h.want("name while connected", spec.Call{Op: spec.OpGetsockname, FD: fd}, 0).Addr
		h.want("dissolve", unspec(fd), 0)
		after := h.want("name after", spec.Call{Op: spec.OpGetsockname, FD: fd}, 0).Addr
		got := after.AddrPort().String()
		if after.Port == during.Port && after.Port >= 32768 {
			got = after.Addr.String() + ":stale"
		}
		if got != c.want {
			t.Errorf("%v bound to %q is %s after AF_UNSPEC, want %s", c.typ, c.bind, got, c.want)
		}
	}
}
