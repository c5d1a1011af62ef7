package generate

import (
	"strings"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/spec"
)

// Scripts about AF_UNIX: sockets by path and by abstract name, and the file
// system around them. No packet is sent and no time passes, so that little has
// to be believed of a socket: a call that may wait is made by a thread that
// makes no other.

// unixMax is how many sockets a script opens by itself; those that accept opens
// come on top.
const unixMax = 4

// unixSocket is what the generator believes about an AF_UNIX socket.
type unixSocket struct {
	fd        int32
	typ       spec.SockType
	nonblock  bool
	listening bool
	connected bool
	waiting   bool   // a thread may wait in a call on it
	name      string // bound to, "" if not
	backlog   int32
	queue     int // listening: connections to be accepted
}

// unixWorld is an AF_UNIX script in the making.
type unixWorld struct {
	*world
	sockets []unixSocket
	typ     spec.SockType // what most sockets of the script are
	opened  int
	taken   [2 * eventsMax]bool // descriptors that are open, from fdFirst
	waiters int                 // threads that may be waiting
}

// unixScript makes an AF_UNIX script.
func (w *world) unixScript(length int) *script.Script {
	u := unixWorld{world: w, typ: [...]spec.SockType{spec.SockStream, spec.SockStream, spec.SockSeqpacket, spec.SockDgram}[w.below(4)]}
	u.opening()
	for tries := 0; len(w.events) < length && tries < 4*eventsMax; tries++ {
		u.step()
	}
	return w.done()
}

func (u *unixWorld) opening() {
	switch theme := u.below(100); {
	case theme < 45: // a server, or somebody to send to
		u.socket()
		u.bindTo(u.likely())
		u.listen(u.any())
		u.socket()
		u.connect(u.last())
	case theme < 60:
		u.pair()
	case theme < 80: // what paths lead to
		for range 1 + u.below(3) {
			u.change()
		}
		u.socket()
	default:
		u.socket()
	}
}

// call adds a call of the first thread, or of one of its own if it may wait on
// s.
func (u *unixWorld) call(s *unixSocket, mayWait bool, c spec.Call) {
	thread := 0
	if mayWait && s != nil && !s.nonblock && c.MsgFlags&spec.MsgDontwait == 0 {
		if s.waiting || u.waiters == threadsMax-1 {
			return
		}
		u.waiters++
		thread = u.waiters
		s.waiting = true
	}
	u.events = append(u.events, script.Event{Kind: script.EventCall, Thread: thread, Call: c})
}

func (u *unixWorld) any() *unixSocket {
	if len(u.sockets) == 0 {
		return nil
	}
	return &u.sockets[u.below(len(u.sockets))]
}

func (u *unixWorld) last() *unixSocket {
	if len(u.sockets) == 0 {
		return nil
	}
	return &u.sockets[len(u.sockets)-1]
}

// fdOf is the descriptor of a socket, or now and then another one.
func (u *unixWorld) fdOf(s *unixSocket) int32 {
	switch {
	case s == nil, u.percent(2):
		return closedFD
	}
	return s.fd
}

func (u *unixWorld) add(s unixSocket) {
	for i := range u.taken {
		if !u.taken[i] {
			u.taken[i] = true
			s.fd = fdFirst + int32(i)
			u.sockets = append(u.sockets, s)
			return
		}
	}
}

func (u *unixWorld) socket() {
	if u.opened == unixMax {
		return
	}
	u.opened++
	c := spec.Call{Op: spec.OpSocket, Family: spec.AFUnix, Type: u.typ}
	if u.percent(12) {
		c.Type = [...]spec.SockType{spec.SockStream, spec.SockDgram, spec.SockSeqpacket, spec.SockRaw}[u.below(4)]
	}
	switch u.below(50) {
	case 0:
		c.Protocol = spec.ProtocolTCP
	case 1:
		c.Protocol = 1
	case 2:
		c.Family, c.Type = spec.AFInet, spec.SockStream
	}
	s := unixSocket{typ: c.Type, nonblock: u.percent(88)}
	if s.nonblock {
		c.SockFlags = spec.SockNonblock
	}
	u.call(nil, false, c)
	if c.Protocol != spec.ProtocolTCP || c.Family == spec.AFInet {
		u.add(s)
	}
}

func (u *unixWorld) pair() {
	if u.opened+2 > unixMax {
		return
	}
	u.opened += 2
	c := spec.Call{Op: spec.OpSocketpair, Family: spec.AFUnix, Type: u.typ}
	if u.percent(80) {
		c.SockFlags = spec.SockNonblock
	}
	u.call(nil, false, c)
	s := unixSocket{typ: c.Type, nonblock: c.SockFlags != 0, connected: true}
	u.add(s)
	u.add(s)
}

// likely is one of the few names that most of a script is about.
func (u *unixWorld) likely() string {
	return [...]string{"/s", "/s", "/s", "/s", "/s", "\x00a", "\x00a", "\x00a", "/t", "/d/s", "\x00b"}[u.below(11)]
}

// paths are further ones: through links and directories, to files of all kinds,
// and what is no name of anything.
var paths = [...]string{
	"/l", "/l", "/d", "/d/s", "/d/t", "/f", "/p", "/l/s", "/s/", "/s/.", "/d/../s", "/", "/.", "/f/x", "/missing", "/missing/s", "s", "//s", "/d//s",
	"\x00", "\x00a\x00", "\x00ab",
}

func (u *unixWorld) name() string {
	if u.percent(75) {
		return u.likely()
	}
	return paths[u.below(len(paths))]
}

// named fills in an address, mostly a right one, and says whether it is.
func (u *unixWorld) named(c *spec.Call, path string) bool {
	c.Addr = spec.Sockaddr{Family: spec.AFUnix, Path: path}
	c.AddrLen = script.UnixLen(path)
	switch n := u.below(100); {
	case n < 4:
		c.AddrLen = [...]int32{0, 1, 2, 3, 4, 5, 6, 16, 109, 110, 111, 128, 129, -1}[u.below(14)]
	case n < 6:
		c.Addr = spec.Sockaddr{Family: [...]spec.Family{spec.AFInet, spec.AFUnspec, spec.AFUnknown}[u.below(3)]}
		c.AddrLen = spec.SizeofSockaddrIn
	case n < 7:
		c.Addr = spec.Sockaddr{}
		c.Pointer = [...]spec.Pointer{spec.PointerNull, spec.PointerUnreadable}[u.below(2)]
		c.AddrLen = [...]int32{0, 5, 110}[u.below(3)]
	case n < 9 && path[0] != 0: // without the NUL at its end
		c.AddrLen--
		return true
	default:
		return true
	}
	return false
}

func (u *unixWorld) bindTo(path string) {
	s := u.last()
	if s == nil {
		return
	}
	u.bound(s, path)
	u.call(nil, false, spec.Call{Op: spec.OpBind, FD: s.fd, Addr: spec.Sockaddr{Family: spec.AFUnix, Path: path}, AddrLen: script.UnixLen(path)})
}

// bound notes a name that the socket gets, if all is well with it.
func (u *unixWorld) bound(s *unixSocket, path string) {
	if s.name == "" && (strings.Count(path, "/") < 2 || path[0] == 0) {
		s.name = path
	}
}

// whereabouts is mostly the name of a socket.
func (u *unixWorld) whereabouts() string {
	if s := u.any(); s != nil && s.name != "" && u.percent(75) {
		return s.name
	}
	return u.name()
}

func (u *unixWorld) bind(s *unixSocket) {
	c := spec.Call{Op: spec.OpBind, FD: u.fdOf(s)}
	path := u.name()
	if u.named(&c, path) && s != nil {
		u.bound(s, path)
	}
	if u.percent(10) { // a name of the system's choice
		c.Addr, c.AddrLen, c.Pointer = spec.Sockaddr{Family: spec.AFUnix}, spec.OffsetofSunPath, spec.PointerValid
	}
	u.call(nil, false, c)
}

func (u *unixWorld) listen(s *unixSocket) {
	c := spec.Call{Op: spec.OpListen, FD: u.fdOf(s), Backlog: [...]int32{0, 0, 1, 5, -1}[u.below(5)]}
	u.call(nil, false, c)
	if s != nil && s.name != "" && !s.connected && s.typ != spec.SockDgram && s.typ != spec.SockRaw {
		s.listening, s.backlog = true, c.Backlog
	}
}

func (u *unixWorld) connect(s *unixSocket) {
	c := spec.Call{Op: spec.OpConnect, FD: u.fdOf(s)}
	path := u.whereabouts()
	plain := u.named(&c, path)
	if u.percent(6) {
		plain = false // to a name that the system may have chosen
		c.Addr.Path, c.Addr.Family, c.Pointer = script.ChosenName(1), spec.AFUnix, spec.PointerValid
		c.AddrLen = script.UnixLen(c.Addr.Path)
	}
	u.call(s, s != nil && s.typ != spec.SockDgram && s.typ != spec.SockRaw, c)
	if plain && s != nil && !s.connected && !s.listening {
		u.connected(s, path)
	}
}

// connected follows a connect that nothing is wrong with.
func (u *unixWorld) connected(s *unixSocket, path string) {
	for i := range u.sockets {
		l := &u.sockets[i]
		if l.listening && l.name == path && l.typ == s.typ && (l.backlog < 0 || l.queue <= int(l.backlog)) {
			l.queue++
			s.connected = true
			return
		}
	}
}

func (u *unixWorld) dissolve(s *unixSocket) {
	u.call(nil, false, spec.Call{Op: spec.OpConnect, FD: u.fdOf(s), AddrLen: [...]int32{16, 2, 110, 1}[u.below(4)]})
}

func (u *unixWorld) accept(s *unixSocket) {
	if s == nil {
		return
	}
	c := spec.Call{Op: spec.OpAccept, FD: s.fd}
	if u.percent(15) {
		c.Pointer = spec.PointerNull
	}
	u.call(s, s.queue == 0, c)
	if s.queue > 0 {
		s.queue--
		u.add(unixSocket{typ: s.typ, connected: true})
	}
}

func (u *unixWorld) send(s *unixSocket, to bool) {
	c := spec.Call{Op: spec.OpSend, FD: u.fdOf(s), Buf: make([]byte, u.below(9)), MsgFlags: u.flags()}
	if to {
		c.Op = spec.OpSendto
		u.named(&c, u.whereabouts())
	}
	u.call(s, true, c)
}

func (u *unixWorld) recv(s *unixSocket, from bool) {
	c := spec.Call{Op: spec.OpRecv, FD: u.fdOf(s), Buf: make([]byte, 1+u.below(20)), MsgFlags: u.flags()}
	if from {
		c.Op = spec.OpRecvfrom
	}
	if u.percent(10) {
		c.MsgFlags |= spec.MsgPeek
	}
	u.call(s, true, c)
}

// flags keep most calls on sockets that accept opened from waiting.
func (u *unixWorld) flags() spec.MsgFlags {
	if u.percent(85) {
		return spec.MsgDontwait
	}
	return 0
}
