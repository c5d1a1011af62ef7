package sock

import (
	"net/netip"

	"github.com/connspec/connspec/impl/personality"
	"github.com/connspec/connspec/spec"
)

// attempt is one connect(2) on its way through the checks.
type attempt struct {
	thread   int
	arg      argument
	fileNum  int32
	file     *file
	sockNum  int32
	sock     *Socket
	family   spec.Family
	dst      netip.AddrPort
	scope    uint32 // sin6_scope_id
	nonblock bool
	fast     *fastSend // of a send that connects; nil otherwise
}

// verdict is what a check says: go on, or the call ends with result, or it
// blocks.
type verdict uint8

const (
	proceed verdict = iota
	decided
	blocks
)

// connect runs the personality's checks in order and then sets out.
func (l *Layer) connect(thread int, c *spec.Call) (spec.Result, bool) {
	a := l.attemptOf(thread, c)
	return l.tryConnect(&a)
}

func (l *Layer) attemptOf(thread int, c *spec.Call) attempt {
	a := attempt{thread: thread, arg: argumentOf(c), family: c.Addr.Family, dst: inetName(&c.Addr), scope: c.Addr.Scope}
	a.fileNum = l.fileOf(c.FD)
	if a.fileNum != 0 {
		a.file = l.files.at(a.fileNum)
		a.nonblock = a.file.nonblock
		if a.file.sock != 0 {
			a.sockNum, a.sock = a.file.sock, l.socks.at(a.file.sock)
			a.dst = a.sock.endpoint(&c.Addr)
		}
	}
	return a
}

func (l *Layer) tryConnect(a *attempt) (spec.Result, bool) {
	checks := &l.p.Stream
	if a.sock != nil && a.sock.typ == spec.SockDgram {
		checks = &l.p.Datagram
	}
	for _, check := range checks {
		if check == personality.CheckNone {
			break
		}
		switch r, v := l.check(check, a); v {
		case decided:
			return r, true
		case blocks:
			return r, false
		}
	}
	if a.sock.typ == spec.SockDgram {
		return l.associate(a), true
	}
	return l.startStream(a)
}

// inetName is the endpoint in an AF_INET address as its bytes read, whatever
// family it claims to be of.
func inetName(s *spec.Sockaddr) netip.AddrPort {
	a := s.Addr.Unmap()
	if !a.Is4() {
		a = any4
	}
	return netip.AddrPortFrom(a, s.Port)
}

// fails makes an errno a verdict: ENONE proceeds.
func fails(e spec.Errno) (spec.Result, verdict) {
	if e == spec.ENONE {
		return spec.Result{}, proceed
	}
	return spec.Fail(e), decided
}

// check makes one check. Those on the state of a stream are in
// connect_stream.go.
func (l *Layer) check(c personality.Check, a *attempt) (spec.Result, verdict) {
	switch c {
	case personality.CheckDescriptor:
		if a.file == nil {
			return fails(l.p.BadDescriptor)
		}
	case personality.CheckImport:
		return fails(l.importAddress(a.arg))
	case personality.CheckSocket:
		if a.sock == nil {
			return fails(spec.ENOTSOCK)
		}
	case personality.CheckShort:
		if a.arg.len < sizeofFamily {
			return fails(spec.EINVAL)
		}
	case personality.CheckUnspec:
		return l.checkUnspec(a)
	case personality.CheckDissolve:
		if l.p.ForgetsError {
			a.sock.err = spec.ENONE
		}
		if a.sock.associated {
			l.dissociate(a.sock)
		}
	case personality.CheckAutobind:
		if a.sock.port == 0 && !a.lost6() && !l.autobind(a.sockNum, a.sock) {
			return fails(l.p.PortsDgram)
		}
	case personality.CheckLength:
		return fails(l.connectLength(a))
	case personality.CheckFamily:
		if !l.ownFamily(a.sock, a.family) {
			return fails(spec.EAFNOSUPPORT)
		}
	case personality.CheckForeign:
		if a.family != a.sock.family && a.family != spec.AFUnspec {
			return fails(spec.EAFNOSUPPORT)
		}
	case personality.CheckAny:
		if a.dst.Addr().IsUnspecified() || a.dst.Port() == 0 {
			return fails(spec.EDESTADDRREQ)
		}
	case personality.CheckPort:
		if a.dst.Port() == 0 {
			return fails(l.p.PortZero)
		}
	case personality.CheckGroup:
		if a.dst.Addr().Is4() && a.family == a.sock.family { // others: resolve6
			return fails(l.groupError(a.dst.Addr()))
		}
	default:
		return l.checkState(c, a)
	}
	return spec.Result{}, proceed
}

// checkUnspec is AF_UNSPEC where the personality gives it a meaning of its own.
func (l *Layer) checkUnspec(a *attempt) (spec.Result, verdict) {
	if a.family != spec.AFUnspec {
		return spec.Result{}, proceed
	}
	does := l.p.StreamUnspec
	if a.sock.typ == spec.SockDgram {
		does = l.p.DatagramUnspec
	}
	switch does {
	case personality.UnspecDissolves:
		if a.sock.typ == spec.SockDgram {
			l.dissociate(a.sock)
		} else {
			a.sock.disconnects++
			l.disconnect(a.sockNum, a.sock)
			a.sock.phase = phaseUnconnected
		}
		return spec.Result{}, decided
	case personality.UnspecAsInet:
		if a.arg.len == spec.SizeofSockaddrIn && !a.sock.six() {
			a.family = spec.AFInet
		}
	}
	return spec.Result{}, proceed
}

// groupError is the error of a stream to a group, other than the broadcast
// address of a prefix, which only the routing table knows for one.
func (l *Layer) groupError(dst netip.Addr) spec.Errno {
	switch {
	case dst.IsMulticast():
		return l.p.MulticastStream
	case dst == limitedBroadcast:
		return l.p.BroadcastStream
	}
	return spec.ENONE
}

var limitedBroadcast = netip.AddrFrom4([4]byte{255, 255, 255, 255})
