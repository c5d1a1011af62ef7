package impl

import (
	"bytes"
	"testing"

	"github.com/connspec/connspec/impl/vfs"
	"github.com/connspec/connspec/spec"
)

// unixCall is a call with an AF_UNIX address.
func unixCall(op spec.Op, fd int32, path string) spec.Call {
	n := int32(spec.OffsetofSunPath + len(path))
	if path != "" && path[0] != 0 {
		n++
	}
	return spec.Call{Op: op, FD: fd, Addr: spec.Sockaddr{Family: spec.AFUnix, Path: path}, AddrLen: n}
}

func (h *harness) unix(t spec.SockType, flags spec.SockFlags) int32 {
	h.t.Helper()
	return h.want("socket", spec.Call{Op: spec.OpSocket, Family: spec.AFUnix, Type: t, SockFlags: flags}, spec.ENONE).Ret
}

// listener is a socket that listens at path.
func (h *harness) listener(path string, backlog int32) int32 {
	h.t.Helper()
	fd := h.unix(spec.SockStream, 0)
	h.want("bind", unixCall(spec.OpBind, fd, path), spec.ENONE)
	h.want("listen", spec.Call{Op: spec.OpListen, FD: fd, Backlog: backlog}, spec.ENONE)
	return fd
}

func (h *harness) pair(t spec.SockType, flags spec.SockFlags) (a, b int32) {
	h.t.Helper()
	r := h.want("socketpair", spec.Call{Op: spec.OpSocketpair, Family: spec.AFUnix, Type: t, SockFlags: flags}, spec.ENONE)
	return r.Pair[0], r.Pair[1]
}

func (h *harness) change(v vfs.Verb, path, to string, mode vfs.Mode) {
	h.host.Env(h.now, Env{Kind: EnvFile, File: FileChange{Verb: v, Path: path, To: to, Mode: mode}})
}

func sends(fd int32, text string) spec.Call {
	return spec.Call{Op: spec.OpSend, FD: fd, Buf: []byte(text)}
}

func receives(fd int32, n int) spec.Call {
	return spec.Call{Op: spec.OpRecvfrom, FD: fd, Buf: make([]byte, n)}
}

// wantData receives once and looks at what came.
func (h *harness) wantData(what string, fd int32, n int, want string) spec.Result {
	h.t.Helper()
	c := receives(fd, n)
	r := h.want(what, c, spec.ENONE)
	if got := string(c.Buf[:r.Ret]); got != want {
		h.t.Fatalf("%s: received %q, want %q", what, got, want)
	}
	return r
}

// TestUnixConnectErrnos connects a fresh stream to what there is.
func TestUnixConnectErrnos(t *testing.T) {
	const none = spec.ENONE
	refused := [...]spec.Errno{spec.ECONNREFUSED, spec.ECONNREFUSED, spec.ECONNREFUSED, spec.ECONNREFUSED}
	same := func(e spec.Errno) [4]spec.Errno { return [4]spec.Errno{e, e, e, e} }
	for _, c := range []struct {
		what string
		call spec.Call
		want [4]spec.Errno // posix, linux, macos, osx
	}{
		{"a listener", unixCall(spec.OpConnect, 4, "/s"), same(none)},
		{"a listener through links", unixCall(spec.OpConnect, 4, "l/../s"), same(none)},
		{"nothing", unixCall(spec.OpConnect, 4, "/n"), same(spec.ENOENT)},
		{"through a file", unixCall(spec.OpConnect, 4, "/f/s"), same(spec.ENOTDIR)},
		{"a slash behind a socket", unixCall(spec.OpConnect, 4, "/s/"), same(spec.ENOTDIR)},
		{"a link to itself", unixCall(spec.OpConnect, 4, "/loop"), same(spec.ELOOP)},
		{"no search permission", unixCall(spec.OpConnect, 4, "/x/s"), same(spec.EACCES)},
		{"no write permission", unixCall(spec.OpConnect, 4, "/r"), same(spec.EACCES)},
		{"a regular file", unixCall(spec.OpConnect, 4, "/f"), [4]spec.Errno{spec.ECONNREFUSED, spec.ECONNREFUSED, spec.ENOTSOCK, spec.ENOTSOCK}},
		{"a file that may not be written", unixCall(spec.OpConnect, 4, "/g"), [4]spec.Errno{spec.EACCES, spec.EACCES, spec.ENOTSOCK, spec.ENOTSOCK}},
		{"a dead socket", unixCall(spec.OpConnect, 4, "/dead"), refused},
		{"another type", unixCall(spec.OpConnect, 4, "/d"), same(spec.EPROTOTYPE)},
		{"an abstract name", unixCall(spec.OpConnect, 4, "\x00a"), [4]spec.Errno{spec.ENOENT, spec.ECONNREFUSED, spec.ENOENT, spec.ENOENT}},
		{"no path", unixCall(spec.OpConnect, 4, ""), same(spec.EINVAL)},
		{"another family", connectTo(4, "192.0.2.1:80"), [4]spec.Errno{spec.EAFNOSUPPORT, spec.EINVAL, spec.EAFNOSUPPORT, spec.EAFNOSUPPORT}},
		{"longer than a sockaddr_un", with(unixCall(spec.OpConnect, 4, "/s"), 111, 0), [4]spec.Errno{spec.EINVAL, spec.EINVAL, none, spec.EINVAL}},
	} {
		for k, d := range []spec.Dialect{spec.POSIX, spec.Linux, spec.MacOS, spec.OSX} {
			h := newHarness(t, d)
			h.listener("/s", 5)
			fd := h.unix(spec.SockStream, 0)
			for _, dead := range []string{"/dead", "/r", "/d"} {
				typ := spec.SockStream
				if dead == "/d" {
					typ = spec.SockDgram
				}
				other := h.unix(typ, 0)
				h.want("bind", unixCall(spec.OpBind, other, dead), none)
				if dead == "/dead" {
					h.want("close", spec.Call{Op: spec.OpClose, FD: other}, none)
				}
			}
			h.change(vfs.Chmod, "/r", "", vfs.Read)
			h.change(vfs.Touch, "/f", "", 0)
			h.change(vfs.Touch, "/g", "", 0)
			h.change(vfs.Chmod, "/g", "", 0)
			h.change(vfs.Symlink, "/loop", "loop", 0)
			h.change(vfs.Mkdir, "/x", "", 0)
			h.change(vfs.Chmod, "/x", "", vfs.Read|vfs.Write)
			h.change(vfs.Symlink, "/l", "x", 0)
			if c.what == "a listener through links" {
				h.change(vfs.Chmod, "/x", "", vfs.All)
			}
			c.call.FD = fd
			if r := h.call(c.call); r.Errno != c.want[k] {
				t.Errorf("%v, %s: %v, want %v", d, c.what, r.Errno, c.want[k])
			}
		}
	}
}

// TestUnixBacklog fills the queue of a listener on Linux: it takes one more than
// the backlog, further connects wait, and each accept lets one in.
func TestUnixBacklog(t *testing.T) {
	h := newHarness(t, spec.Linux)
	s := h.listener("/s", 0)
	first := h.unix(spec.SockStream, 0)
	h.want("connect with room", unixCall(spec.OpConnect, first, "/s"), spec.ENONE)
	h.want("EAGAIN that must not wait", unixCall(spec.OpConnect, h.unix(spec.SockStream, spec.SockNonblock), "/s"), spec.EAGAIN)
	second, third := h.unix(spec.SockStream, 0), h.unix(spec.SockStream, 0)
	h.wantBlock("connect without room", 1, unixCall(spec.OpConnect, second, "/s"))
	h.wantBlock("another", 2, unixCall(spec.OpConnect, third, "/s"))
	h.want("accept", spec.Call{Op: spec.OpAccept, FD: s, Pointer: spec.PointerNull}, spec.ENONE)
	h.wantReturn("the first that waits", 1, spec.ENONE)
	if h.host.Completion(); !h.host.Blocked(2) {
		t.Fatal("one accept let two in")
	}
	h.want("shutdown", spec.Call{Op: spec.OpShutdown, FD: s, How: spec.ShutRd}, spec.ENONE)
	if !h.host.Blocked(2) {
		t.Fatal("shutdown of the listener ended a connect that waits for room")
	}
	h.want("close", spec.Call{Op: spec.OpClose, FD: s}, spec.ENONE)
	h.wantReturn("the other, when the listener goes", 2, spec.ECONNREFUSED)
	h.want("the connection that nobody accepted", receives(second, 1), spec.ECONNRESET)
}

// TestUnixStream passes bytes over borders of sends, and closes with some
// unread.
func TestUnixStream(t *testing.T) {
	h := newHarness(t, spec.Linux)
	a, b := h.pair(spec.SockStream, 0)
	h.want("send", sends(a, "hel"), spec.ENONE)
	h.want("send", sends(a, "lo"), spec.ENONE)
	h.wantData("recv over the border", b, 4, "hell")
	h.wantPoll("a byte is left", b, spec.PollIn|spec.PollOut)
	h.want("send the other way", sends(b, "x"), spec.ENONE)
	h.want("close with a byte unread", spec.Call{Op: spec.OpClose, FD: b}, spec.ENONE)
	h.wantPoll("reset", a, spec.PollIn|spec.PollOut|spec.PollRdhup|spec.PollErr|spec.PollHup)
	h.want("EPIPE goes before the error", sends(a, "y"), spec.EPIPE)
	h.wantData("what was sent before", a, 9, "x")
	h.wantSoError("of the lost byte", a, spec.ECONNRESET)
	h.wantData("the end", a, 9, "")
}

// TestUnixSendBuffer fills a stream: the writer waits until three quarters are
// read, and the far end going ends the wait.
func TestUnixSendBuffer(t *testing.T) {
	h := newHarness(t, spec.Linux)
	a, b := h.pair(spec.SockStream, 0)
	block := make([]byte, 1<<20)
	h.wantBlock("send more than fits", 1, spec.Call{Op: spec.OpSend, FD: a, Buf: block})
	h.want("a nonblocking one", spec.Call{Op: spec.OpSend, FD: a, Buf: block[:1], MsgFlags: spec.MsgDontwait}, spec.EAGAIN)
	n := 0
	for i := 0; h.host.Blocked(1); i++ {
		if i == 1<<10 {
			t.Fatal("the writer waits although all is read")
		}
		n += int(h.want("recv", receives(b, 4096), spec.ENONE).Ret)
	}
	if r := h.wantReturn("the writer", 1, spec.ENONE); r.Ret != 1<<20 || n < 1<<20-212992 || n > 1<<20 {
		t.Fatalf("the writer wrote %d when %d were read", r.Ret, n)
	}
	h.wantBlock("send more again", 1, spec.Call{Op: spec.OpSend, FD: a, Buf: block})
	h.want("close", spec.Call{Op: spec.OpClose, FD: b}, spec.ENONE)
	if r := h.wantReturn("the writer whose peer is gone", 1, spec.ENONE); r.Ret <= 0 || r.Ret == 1<<20 {
		t.Fatalf("wrote %d, want a part", r.Ret)
	}
}

// TestUnixDatagrams sends with and without an address.
func TestUnixDatagrams(t *testing.T) {
	h := newHarness(t, spec.Linux)
	a, b, c := h.unix(spec.SockDgram, 0), h.unix(spec.SockDgram, 0), h.unix(spec.SockDgram, spec.SockNonblock)
	h.want("bind", unixCall(spec.OpBind, a, "\x00a"), spec.ENONE)
	h.want("bind", unixCall(spec.OpBind, b, "/b"), spec.ENONE)
	h.want("send without a peer", sends(b, "x"), spec.ENOTCONN)
	h.want("connect", unixCall(spec.OpConnect, b, "\x00a"), spec.ENONE)
	h.want("send", sends(b, "hello"), spec.ENONE)
	if r := h.wantData("a datagram, cut", a, 3, "hel"); r.Addr.Path != "/b" || r.AddrLen != 5 {
		t.Errorf("from %q of %d, want /b of 5", r.Addr.Path, r.AddrLen)
	}
	h.want("connect back", unixCall(spec.OpConnect, a, "/b"), spec.ENONE)
	to := unixCall(spec.OpSendto, c, "/b")
	h.want("to one that hears another alone", to, spec.EPERM)
	h.want("close", spec.Call{Op: spec.OpClose, FD: a}, spec.ENONE)
	h.want("the peer is named though gone", spec.Call{Op: spec.OpGetpeername, FD: b}, spec.ENONE)
	h.want("until a send fails", sends(b, "x"), spec.ECONNREFUSED)
	h.want("then it is none", spec.Call{Op: spec.OpGetpeername, FD: b}, spec.ENOTCONN)
	for range 11 { // net.unix.max_dgram_qlen
		h.want("sendto", to, spec.ENONE)
	}
	h.want("to a full queue", to, spec.EAGAIN)
	to.FD = h.unix(spec.SockDgram, 0)
	h.wantBlock("to a full queue", 1, to)
	if r := h.wantData("one", b, 9, ""); r.AddrLen != 0 {
		t.Errorf("a sender without a name has an address of %d", r.AddrLen)
	}
	h.wantReturn("which makes room", 1, spec.ENONE)
}

// TestUnixSeqpacket keeps packets apart, empty ones too.
func TestUnixSeqpacket(t *testing.T) {
	h := newHarness(t, spec.Linux)
	a, b := h.pair(spec.SockSeqpacket, spec.SockNonblock)
	for _, p := range []string{"one", "", "three"} {
		h.want("send", sends(a, p), spec.ENONE)
	}
	h.wantData("the first, cut", b, 2, "on")
	h.wantData("the empty one", b, 9, "")
	h.want("shutdown", spec.Call{Op: spec.OpShutdown, FD: a, How: spec.ShutWr}, spec.ENONE)
	h.wantData("what was sent before", b, 9, "three")
	h.wantData("the end", b, 9, "")
	h.want("send after shutdown", sends(a, "x"), spec.EPIPE)
}

// TestUnixNames follows names: chosen by the system, taken, told by the ends of
// a connection, freed by close.
func TestUnixNames(t *testing.T) {
	h := newHarness(t, spec.Linux)
	a, b := h.unix(spec.SockDgram, 0), h.unix(spec.SockDgram, 0)
	h.want("bind without a name", unixCall(spec.OpBind, a, ""), spec.ENONE)
	name := h.want("getsockname", spec.Call{Op: spec.OpGetsockname, FD: a}, spec.ENONE).Addr.Path
	if len(name) != 6 || name[0] != 0 {
		t.Fatalf("the system chose %q, want NUL and five digits", name)
	}
	h.want("the same name", unixCall(spec.OpBind, b, name), spec.EADDRINUSE)
	h.want("another type has it free", unixCall(spec.OpBind, h.unix(spec.SockStream, 0), name), spec.ENONE)
	h.want("a second name", unixCall(spec.OpBind, a, "\x00x"), spec.EINVAL)
	h.want("close", spec.Call{Op: spec.OpClose, FD: a}, spec.ENONE)
	h.want("the name is free", unixCall(spec.OpBind, b, name), spec.ENONE)
	c := unixCall(spec.OpGetsockname, b, "")
	c.AddrLen = 4
	if r := h.want("into four bytes", c, spec.ENONE); r.AddrLen != 8 || r.Addr.Path != name[:2]+"\x00\x00\x00\x00" {
		t.Errorf("%q of %d, want two bytes of the name and the length 8", r.Addr.Path, r.AddrLen)
	}
}

// TestUnixMissing: TargetTCP has no AF_UNIX, and a BSD knows no abstract names.
func TestUnixMissing(t *testing.T) {
	h := newHarness(t, spec.TargetTCP)
	h.want("socket", spec.Call{Op: spec.OpSocket, Family: spec.AFUnix, Type: spec.SockStream}, spec.EAFNOSUPPORT)
	h.want("socketpair", spec.Call{Op: spec.OpSocketpair, Family: spec.AFUnix, Type: spec.SockStream}, spec.EAFNOSUPPORT)
	h = newHarness(t, spec.MacOS)
	h.want("seqpacket", spec.Call{Op: spec.OpSocket, Family: spec.AFUnix, Type: spec.SockSeqpacket}, spec.EPROTONOSUPPORT)
	h.want("bind", unixCall(spec.OpBind, h.unix(spec.SockDgram, 0), "\x00a"), spec.ENOENT)
}

// TestUnixClone runs the same calls on a host and on its clone, with a call that
// blocks.
func TestUnixClone(t *testing.T) {
	h := newHarness(t, spec.Linux)
	s := h.listener("/s", 0)
	for range 2 {
		fd := h.unix(spec.SockStream, 0)
		c := unixCall(spec.OpConnect, fd, "/s")
		if fd == s+1 {
			h.want("connect", c, spec.ENONE)
			h.want("send", sends(fd, "hello"), spec.ENONE)
		} else {
			h.wantBlock("connect", 1, c)
		}
	}
	before := h.host.Fingerprint(0)
	g := &harness{t: t, host: h.host.Clone()}
	var states [2][]byte
	for k, x := range []*harness{h, g} {
		fd := x.want("accept", spec.Call{Op: spec.OpAccept, FD: s, Pointer: spec.PointerNull}, spec.ENONE).Ret
		x.wantReturn("connect", 1, spec.ENONE)
		x.wantData("recv", fd, 9, "hello")
		x.want("close", spec.Call{Op: spec.OpClose, FD: s}, spec.ENONE)
		states[k] = x.host.AppendState(0, nil)
		if k == 0 && g.host.Fingerprint(0) != before {
			t.Error("calls on a host changed its clone")
		}
	}
	if !bytes.Equal(states[0], states[1]) {
		t.Error("a host and its clone came to different states by the same calls")
	}
	if h.host.Fingerprint(0) == before {
		t.Error("the calls do not show in the fingerprint")
	}
}
