package impl

import (
	"testing"

	"github.com/connspec/connspec/impl/wire"
	"github.com/connspec/connspec/spec"
)

func watchCall(ep int32, cmd spec.EpollCmd, fd int32, ev spec.PollEvents, flags spec.EpollFlags) spec.Call {
	return spec.Call{Op: spec.OpEpollCtl, FD: ep, EpollCmd: cmd, EpollFlags: flags, Poll: []spec.PollFD{{FD: fd, Events: ev}}}
}

func epollWait(ep, most, timeout int32) spec.Call {
	return spec.Call{Op: spec.OpEpollWait, FD: ep, Max: most, Timeout: timeout}
}

// epolled is a harness with an epoll instance, and a datagram socket at port 9.
func epolled(t *testing.T) (h *harness, ep, fd int32) {
	h = newHarness(t, spec.Linux)
	ep = h.call(spec.Call{Op: spec.OpEpollCreate}).Ret
	fd = h.socket(spec.SockDgram, 0)
	h.want("bind", bindTo(fd, "127.0.0.1:9"), spec.ENONE)
	return h, ep, fd
}

// datagram sends one to port 9 of the host itself.
func (h *harness) datagram() {
	h.t.Helper()
	fd := h.socket(spec.SockDgram, 0)
	h.want("connect", connectTo(fd, "127.0.0.1:9"), spec.ENONE)
	h.want("send", spec.Call{Op: spec.OpSend, FD: fd, Buf: []byte("x")}, spec.ENONE)
	h.want("close", spec.Call{Op: spec.OpClose, FD: fd}, spec.ENONE)
}

// wantEvents wants epoll_wait to give these descriptors, in turn, at once.
func (h *harness) wantEvents(what string, ep int32, want ...spec.PollFD) {
	h.t.Helper()
	r := h.want(what, epollWait(ep, 8, 0), spec.ENONE)
	if int(r.Ret) != len(want) || len(r.Poll) != len(want) {
		h.t.Fatalf("%s: %d events %v, want %v", what, r.Ret, r.Poll, want)
	}
	for i := range want {
		if r.Poll[i].FD != want[i].FD || r.Poll[i].Revents != want[i].Revents {
			h.t.Fatalf("%s: event %d is %v, want %v", what, i, r.Poll[i], want[i])
		}
	}
}

func TestEpollTriggers(t *testing.T) {
	const in = spec.PollIn
	for _, c := range []struct {
		what                string
		flags               spec.EpollFlags
		first, again, later bool // whether epoll_wait reports: data, the same data, more data
	}{
		{"level", 0, true, true, true},
		{"edge", spec.EpollET, true, false, true},
		{"once", spec.EpollOneshot, true, false, false},
	} {
		t.Run(c.what, func(t *testing.T) {
			h, ep, fd := epolled(t)
			see := func(what string, on bool) {
				t.Helper()
				if on {
					h.wantEvents(what, ep, spec.PollFD{FD: fd, Revents: in})
				} else {
					h.wantEvents(what, ep)
				}
			}
			h.want("watch", watchCall(ep, spec.EpollAdd, fd, in, c.flags), spec.ENONE)
			see("nothing yet", false)
			h.datagram()
			see("data", c.first)
			see("the same data", c.again)
			h.datagram()
			see("more data", c.later)
			h.want("watch anew", watchCall(ep, spec.EpollMod, fd, in, c.flags), spec.ENONE)
			see("what is ready by then counts as a change", true)
		})
	}
}

func TestEpollCtlErrors(t *testing.T) {
	h, ep, fd := epolled(t)
	null := h.call(spec.Call{Op: spec.OpOpen}).Ret
	other := h.call(spec.Call{Op: spec.OpEpollCreate}).Ret
	path := h.call(spec.Call{Op: spec.OpOpen, Arg: spec.OPath}).Ret
	for _, c := range []struct {
		what   string
		ep, fd int32
		cmd    spec.EpollCmd
		want   spec.Errno
	}{
		{"no instance", 77, fd, spec.EpollAdd, spec.EBADF},
		{"nothing to watch", fd, 77, spec.EpollAdd, spec.EBADF},
		{"a descriptor of O_PATH", ep, path, spec.EpollAdd, spec.EBADF},
		{"a file without poll", fd, null, spec.EpollAdd, spec.EPERM},
		{"a socket for an instance", fd, ep, spec.EpollAdd, spec.EINVAL},
		{"the instance itself", ep, ep, spec.EpollAdd, spec.EINVAL},
		{"not watched", ep, fd, spec.EpollMod, spec.ENOENT},
		{"not watched either", ep, fd, spec.EpollDel, spec.ENOENT},
		{"watch", ep, fd, spec.EpollAdd, spec.ENONE},
		{"twice", ep, fd, spec.EpollAdd, spec.EEXIST},
		{"an instance in another", ep, other, spec.EpollAdd, spec.ENONE},
		{"and back", other, ep, spec.EpollAdd, spec.ELOOP},
		{"no more", ep, fd, spec.EpollDel, spec.ENONE},
	} {
		h.want(c.what, watchCall(c.ep, c.cmd, c.fd, spec.PollIn, 0), c.want)
	}
	h.want("no room", epollWait(ep, 0, 0), spec.EINVAL)
	h.want("no instance", epollWait(fd, 1, 0), spec.EINVAL)
	h.want("no descriptor", epollWait(77, 0, 0), spec.EBADF)
}

// An entry stands for the file, not the descriptor: it lives until the last
// descriptor of the file is closed (epoll(7), questions 6).
func TestEpollOutlivesDescriptor(t *testing.T) {
	h, ep, fd := epolled(t)
	h.want("watch", watchCall(ep, spec.EpollAdd, fd, spec.PollIn, 0), spec.ENONE)
	twin := h.call(spec.Call{Op: spec.OpDup, FD: fd}).Ret
	h.want("watch the twin", watchCall(ep, spec.EpollAdd, twin, spec.PollIn, 0), spec.ENONE)
	h.datagram()
	h.want("close", spec.Call{Op: spec.OpClose, FD: fd}, spec.ENONE)
	h.wantEvents("both entries", ep, spec.PollFD{FD: fd, Revents: spec.PollIn}, spec.PollFD{FD: twin, Revents: spec.PollIn})
	h.want("close the twin", spec.Call{Op: spec.OpClose, FD: twin}, spec.ENONE)
	h.wantEvents("none", ep)
}

func TestEpollShares(t *testing.T) {
	h, ep, fd := epolled(t)
	twin := h.call(spec.Call{Op: spec.OpDup, FD: fd}).Ret
	h.want("watch", watchCall(ep, spec.EpollAdd, fd, spec.PollIn, 0), spec.ENONE)
	h.want("watch the twin", watchCall(ep, spec.EpollAdd, twin, spec.PollIn, 0), spec.ENONE)
	h.datagram()
	seen := map[int32]bool{}
	for range 2 {
		r := h.want("room for one", epollWait(ep, 1, 0), spec.ENONE)
		if r.Ret != 1 {
			t.Fatalf("%d events, want 1", r.Ret)
		}
		seen[r.Poll[0].FD] = true
	}
	if !seen[fd] || !seen[twin] {
		t.Errorf("reported %v, want each in its turn", seen)
	}
}

func TestEpollWakes(t *testing.T) {
	h := newHarness(t, spec.Linux)
	inner := h.call(spec.Call{Op: spec.OpEpollCreate}).Ret
	outer := h.call(spec.Call{Op: spec.OpEpollCreate}).Ret
	fd := h.socket(spec.SockStream, spec.SockNonblock)
	h.want("nest", watchCall(outer, spec.EpollAdd, inner, spec.PollIn, spec.EpollET), spec.ENONE)
	h.want("connect", connectTo(fd, "192.0.2.1:8080"), spec.EINPROGRESS)
	h.wantFrame("the SYN", "S 0(0)")
	h.want("watch", watchCall(inner, spec.EpollAdd, fd, spec.PollOut, 0), spec.ENONE)
	h.wantBlock("wait for the inner one", 1, epollWait(inner, 8, -1))
	h.wantBlock("wait for the outer one", 2, epollWait(outer, 8, -1))
	h.segment(synAck, 0, 1, "")
	h.wantFrame("the ACK", ". 1(0) ack 1")
	if r := h.wantReturn("connected", 1, spec.ENONE); r.Ret != 1 || r.Poll[0] != (spec.PollFD{FD: fd, Revents: spec.PollOut}) {
		t.Errorf("inner: %v", r.Poll)
	}
	if r := h.wantReturn("and through the outer", 2, spec.ENONE); r.Ret != 1 || r.Poll[0] != (spec.PollFD{FD: inner, Revents: spec.PollIn}) {
		t.Errorf("outer: %v", r.Poll)
	}
	h.segment(wire.ACK, 1, 1, "data")
}

// A clone has its own instances: what happens to the one is not seen by the other.
func TestEpollClone(t *testing.T) {
	h, ep, fd := epolled(t)
	h.want("watch", watchCall(ep, spec.EpollAdd, fd, spec.PollIn, spec.EpollET), spec.ENONE)
	h.datagram()
	twin := h.host.Clone()
	if twin.Fingerprint(h.now) != h.host.Fingerprint(h.now) {
		t.Fatal("a clone has another fingerprint")
	}
	h.wantEvents("the first", ep, spec.PollFD{FD: fd, Revents: spec.PollIn})
	if twin.Fingerprint(h.now) == h.host.Fingerprint(h.now) {
		t.Error("a report does not show in the fingerprint")
	}
	h.host = twin
	h.wantEvents("the clone", ep, spec.PollFD{FD: fd, Revents: spec.PollIn})
}

func TestPipeHangsUp(t *testing.T) {
	h := newHarness(t, spec.Linux)
	p := h.call(spec.Call{Op: spec.OpPipe}).Pair
	h.wantPoll("nothing to read", p[0], 0)
	h.wantPoll("room to write", p[1], spec.PollOut)
	h.want("no socket", connectTo(p[0], "192.0.2.1:1"), spec.ENOTSOCK)
	h.wantBlock("poll", 1, spec.Call{Op: spec.OpPoll, Timeout: -1, Poll: []spec.PollFD{{FD: p[0], Events: spec.PollIn}}})
	h.want("close the writing end", spec.Call{Op: spec.OpClose, FD: p[1]}, spec.ENONE)
	if r := h.wantReturn("hung up", 1, spec.ENONE); r.Poll[0].Revents != spec.PollHup {
		t.Errorf("poll shows %v, want POLLHUP", r.Poll[0].Revents)
	}
}
