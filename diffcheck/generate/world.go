package generate

import (
	"net/netip"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/spec"
)

// Bounds of a script's world.
const (
	fdFirst    = 3
	fdCount    = 10 // more than a script of eventsMax can open
	socketsMax = 12
	threadsMax = 3
	closedFD   = 19 // never open
)

// socket is what the generator believes about one.
type socket struct {
	state       State
	stream      bool
	raw         bool
	nonblock    bool
	port        uint16 // bound to, 0 if not known
	loop        bool   // its peer is on this host
	queue       int    // listening: connections to be accepted
	backlog     int
	bytes       int  // to be received, bytes or datagrams
	peerDone    bool // the peer sent a FIN
	out         bool // shut for sending
	waiting     int  // thread that is blocked on it, plus one
	waitsAccept bool // that thread is in accept
	lingers     bool // its close may wait
	six         bool // of AF_INET6
	mapped      bool // AF_INET6 stream: it has tried to connect over IPv4
	fast        bool // TCP_FASTOPEN_CONNECT
	deferred    bool // connecting: its SYN is left to send
}

// wire is the connection that the puppet's frames belong to, seen from it.
type wire struct {
	six     bool   // its frames are of IPv6
	open    bool   // there is one
	sock    int8   // index of the socket; -1 if it is not yet accepted
	server  int8   // index of the listening socket, if sock is -1
	seq     uint32 // the puppet's next
	ack     uint32 // the host's next
	done    bool   // the handshake is over
	pending bool   // the host has sent what the puppet did not acknowledge
}

// world is a script in the making.
type world struct {
	draw    source
	weights *weightTable
	wild    int

	loopback, slow bool
	silent         bool // nobody answers for the gateways
	changes        bool // the script changes the environment
	cut            *toggle
	toggled        uint64 // the changes that it has made, by their place in toggles
	toggled6       uint64 // and in toggles6
	fast           bool   // tries Fast Open
	six            bool   // has sockets of AF_INET6
	raw            bool   // has raw sockets
	events         []script.Event

	sockets [socketsMax]socket
	used    int           // of sockets
	fds     [fdCount]int8 // socket index + 1; 0 closed, -1 a file
	focus   int32
	blocked [threadsMax]bool
	wire    wire
	waits   bool             // signals, timeouts, several threads in one call
	epfd    int32            // the epoll instance, 0 for none
	caught  spec.Disposition // what the signal does
	delays  int              // events that let time pass
	noisy   bool             // the host may be sending again on a connection that is not the current one
	cookie  bool             // the puppet gave one
	peer    uint16           // next port that the puppet opens a connection from
}

func (w *world) below(n int) int        { return w.draw.below(n) }
func (w *world) percent(share int) bool { return w.below(100) < share }

// at is the socket behind a descriptor, or nil.
func (w *world) at(fd int32) *socket {
	if fd < fdFirst || fd >= fdFirst+fdCount || w.fds[fd-fdFirst] <= 0 {
		return nil
	}
	return &w.sockets[w.fds[fd-fdFirst]-1]
}

func (w *world) index(fd int32) int8 { return w.fds[fd-fdFirst] - 1 }

func (w *world) state(fd int32) State {
	if s := w.at(fd); s != nil {
		return s.state
	}
	return StateNone
}

// newFD gives the lowest free descriptor to what.
func (w *world) newFD(what int8) (int32, bool) {
	for i := range w.fds {
		if w.fds[i] == 0 {
			w.fds[i] = what
			return int32(i) + fdFirst, true
		}
	}
	return 0, false
}

func (w *world) newSocket(s socket) (fd int32, ok bool) {
	if w.used == socketsMax {
		return 0, false
	}
	fd, ok = w.newFD(int8(w.used + 1))
	if ok {
		w.sockets[w.used] = s
		w.used++
	}
	return fd, ok
}

// openFD is a descriptor that is open, if there is one.
func (w *world) openFD() int32 {
	start := w.below(fdCount)
	for i := range fdCount {
		if n := (start + i) % fdCount; w.fds[n] != 0 {
			return int32(n) + fdFirst
		}
	}
	return closedFD
}

// anyFD may be closed.
func (w *world) anyFD() int32 {
	if w.percent(10) {
		return closedFD
	}
	return w.openFD()
}

// thread is one that can make a call; the first, if it can.
func (w *world) thread() (int, bool) {
	if w.percent(4) && !w.blocked[1] {
		return 1, true
	}
	for i, b := range w.blocked {
		if !b {
			return i, true
		}
	}
	return 0, false
}

// call adds a call by a thread that is free.
func (w *world) call(c spec.Call) bool {
	_, ok := w.callBy(c)
	return ok
}

func (w *world) callBy(c spec.Call) (thread int, ok bool) {
	thread, ok = w.thread()
	if ok {
		w.events = append(w.events, script.Event{Kind: script.EventCall, Thread: thread, Call: c})
	}
	return thread, ok
}

// wait adds a call that blocks on s. Not more than one thread waits for a
// socket: which of two is woken first is chance.
func (w *world) wait(s *socket, c spec.Call) {
	if s.waiting != 0 {
		return
	}
	thread, ok := w.callBy(c)
	if !ok {
		return
	}
	w.blocked[thread] = true
	s.waiting = thread + 1
	s.waitsAccept = c.Op == spec.OpAccept
}

// wake frees the thread that waits for s.
func (w *world) wake(s *socket) {
	if s.waiting != 0 {
		w.blocked[s.waiting-1] = false
		s.waiting = 0
	}
}

// inject adds a frame of the puppet. One without addresses belongs to the
// connection that a SYN or a datagram was last seen of.
func (w *world) inject(f script.Frame) {
	f.Implied = !f.Src.IsValid()
	w.events = append(w.events, script.Event{Kind: script.EventInject, Frame: f})
}

// switchTo makes another connection the current one. The host may go on sending
// on the one before, a SYN|ACK too, and which connection a frame without
// addresses belongs to would depend on whose turn came last.
func (w *world) switchTo(to wire) {
	w.noisy = w.noisy || w.wire.pending || w.wire.open && !w.wire.done
	to.open = true
	w.wire = to
}

// listener finds a listening socket that takes connections to port.
func (w *world) listener(port uint16) int8 {
	for i := range w.used {
		if w.sockets[i].state == StateListening && w.sockets[i].port == port {
			return int8(i)
		}
	}
	return -1
}

func from(addr netip.Addr, port uint16) netip.AddrPort { return netip.AddrPortFrom(addr, port) }
