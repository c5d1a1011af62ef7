package model

import "github.com/connspec/connspec/spec"

// The verbs that rules are written in: results of calls, and what the socket
// layer does. Those of TCP are in wire.go.

// fails is a then that only returns an error.
func fails(e spec.Errno) func(*move) { return func(m *move) { m.fail(e) } }

// leaves is a then that leaves the model.
func leaves(r Reason) func(*move) { return func(m *move) { m.leave(r) } }

// nothing is a then for what has no effect.
func nothing(*move) {}

// succeeds is a then that only returns 0.
func succeeds(m *move) { m.ret(0) }

// waits is a then that blocks the thread.
func waits(m *move) { m.block() }

// ret ends the call of the thread with a value.
func (m *move) ret(v int32) { m.over().Ret = v }

// fail ends the call of the thread with an error.
func (m *move) fail(e spec.Errno) {
	r := m.over()
	r.Ret, r.Errno = -1, e
}

// result ends the call with all that it has to return.
func (m *move) result(r Return) { *m.over() = r }

// over ends the call of the thread; the caller fills in what it returns.
func (m *move) over() *Return {
	held, slot := m.t.Wait == Blocked && m.t.Socket != 0 && m.t.Op != spec.OpClose, m.t.Socket
	*m.t = Thread{Wait: Returning}
	if held && !m.w.held(slot-1) {
		if m.w.Sockets[slot-1].Linger > lingerAbort {
			m.leave(LeftShutdown)
		}
		if m.w.Sockets[slot-1].Unread != 0 && !m.under(forLinux) {
			m.leave(LeftShutdown)
		}
		m.release(slot - 1)
	}
	return &m.t.Ret
}

// name ends the call with a value and an address, if there is a place for it.
func (m *move) name(v int32, a Addr, p Port) {
	if m.c.To.Pointer == spec.PointerNull {
		m.ret(v)
		return
	}
	r := Return{Ret: v, HasAddr: true, Family: m.s.Family, Addr: a, Port: p}
	if a.scoped() { // what came in says by which interface; only a socket's own name rests on what it is bound to
		r.Scope = spec.DeviceEth0
		if (m.c.Op == spec.OpGetsockname || m.c.Op == spec.OpGetpeername) && m.under(forLinux) {
			r.Scope = m.s.Dev
		}
	}
	m.result(r)
}

// block makes the thread wait in its call. While it does, it holds the socket.
func (m *move) block() {
	c := m.c
	t := Thread{Wait: Blocked, Op: c.Op, Len: uint16(c.Len), Left: m.patience()}
	if m.s != nil {
		t.Socket = m.slot + 1
	}
	t.mark(NonblockFD, c.Nonblock)
	t.mark(Peek, c.MsgFlags&spec.MsgPeek != 0)
	t.mark(NoAddr, c.To.Pointer == spec.PointerNull)
	for i := range c.polls() {
		t.Files[i], t.Ret.Revents[i] = m.w.file(c.Poll[i].FD), c.Poll[i].Events
	}
	*m.t = t
}

// error takes the pending error of the socket (sock_error).
func (s *Socket) error() spec.Errno {
	e := s.Err
	s.Err = spec.ENONE
	return e
}

// held says whether anything refers to the socket: a descriptor, or a call.
func (w *World) held(slot uint8) bool {
	for _, f := range w.FDs {
		if f == File(slot+1) {
			return true
		}
	}
	for i := range w.Threads {
		if t := &w.Threads[i]; (t.Wait == Blocked && t.Op != spec.OpClose || t.Wait == Anything) && t.Socket == slot+1 {
			return true
		}
	}
	return false
}

// waiting says whether a thread is blocked in op on the socket.
func (w *World) waiting(slot uint8, op spec.Op) bool {
	for i := range w.Threads {
		if t := &w.Threads[i]; t.Wait == Blocked && t.Socket == slot+1 && t.Op == op {
			return true
		}
	}
	return false
}

// cut tells the threads that wait on the socket that its attempt was ended.
func (m *move) cut() {
	for i := range m.w.Threads {
		t := &m.w.Threads[i]
		if t.Wait == Blocked && t.Socket == m.slot+1 && t.Op != spec.OpAccept && t.Op != spec.OpClose && t != m.t {
			t.Marks |= Cut
		}
	}
}

// open gives a free slot; ok is false, and the model left, if there is none.
func (m *move) open(k Kind) (slot uint8, ok bool) {
	for i := range m.w.Sockets {
		if m.w.Sockets[i].Kind == KindNone {
			m.w.Sockets[i] = Socket{Kind: k, Family: spec.AFInet}
			m.w.disown(uint8(i))
			return uint8(i), true
		}
	}
	m.leave(LeftScope)
	return 0, false
}

// disown forgets the handshakes of a listener whose slot another socket takes.
func (w *World) disown(slot uint8) {
	for i := range w.Sockets {
		if c := &w.Sockets[i]; c.has(Request) && c.Parent == slot+1 {
			*c = Socket{}
		}
	}
}

// install puts a file at the lowest free descriptor and gives its number.
func (m *move) install(f File) int32 {
	for i := range m.w.FDs {
		if m.w.FDs[i] == FileNone {
			m.w.FDs[i] = f
			m.w.reuse()
			return int32(i) + FDFirst
		}
	}
	m.leave(LeftScope)
	return -1
}

// closeFD takes a descriptor away and, with the last one, the socket.
func (m *move) closeFD(fd int32) {
	f := m.w.FDs[fd-FDFirst]
	m.w.FDs[fd-FDFirst] = FileNone
	m.lose(f)
	m.unwatch(f)
	if f.isSocket() && !m.w.held(uint8(f)-1) {
		m.release(uint8(f) - 1)
	}
}

// autobind takes a fresh port for the socket.
func (m *move) autobind(s *Socket) {
	if s.has(HasPort | Raw) {
		return
	}
	if m.narrow() {
		s.LPort = m.only()
		s.set(HasPort)
		s.clear(Lent)
		return
	}
	if PortUnseen+Port(m.w.Unseen) == 255 {
		m.leave(LeftScope)
		return
	}
	s.LPort = PortUnseen + Port(m.w.Unseen)
	m.w.Unseen++
	s.set(HasPort)
}

// finish lets the answer run on until nothing more happens at once: frames of
// the host to itself are delivered, and threads whose wait is over return. If
// several threads wait, either may be the first to run.
func (m *move) finish(out *Nexts) {
	if m.inboxLen != 0 {
		m.drain(out)
	}
	waiting := m.w.blocked()
	if waiting < 2 {
		if waiting != 0 {
			m.wake(&wakeOrders[0])
		}
		return
	}
	before, first, start := *m.n, m.n, out.Len
	m.wake(&wakeOrders[0])
	orders := wakeOrders[1:2]
	if waiting > 2 {
		orders = wakeOrders[1:]
	}
	for i := range orders {
		other := out.push(&before.World)
		other.Rules, other.Used = before.Rules, before.Used
		m.t, m.s = nil, nil
		m.n, m.w = other, &other.World
		m.wake(&orders[i])
		same := other.World == first.World
		for n := start; n < out.Len-1 && !same; n++ {
			same = out.Buf[n].World == other.World
		}
		if same {
			out.Len--
		}
	}
}

// wakeOrders are the orders in which waiting threads may run: the first two
// are enough for two of them, whichever they are.
var wakeOrders = [...][ThreadsMax]uint8{{0, 1, 2}, {2, 1, 0}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}}

func (w *World) blocked() int {
	n := 0
	for i := range w.Threads {
		if w.Threads[i].Wait == Blocked {
			n++
		}
	}
	return n
}

// drain delivers the frames of the host to itself. Where a document leaves open
// what a frame does each way of it becomes an answer of its own (out may be
// nil: then the first rule applies), but for when it is acknowledged.
func (m *move) drain(out *Nexts) {
	for i := m.inboxAt; i < m.inboxLen && m.w.Left == Inside; i++ {
		m.f, m.inboxAt = m.inbox[i], i+1
		m.inner = true
		if m.w.Env.In != (Filter{}) && m.barred() {
			continue
		}
		on := m.receiver()
		e := m.fitting(on)
		if e == nil {
			continue
		}
		if e.is&(isAlso|isLate) == isAlso && out != nil && !m.under(forLinux) {
			m.fork(on, e.id, out)
		}
		m.note(e.id)
		rules.index.then[e.id](m)
	}
	m.inboxLen, m.inboxAt, m.inner = 0, 0, false
}

// fork makes an answer of every rule after the first that fits as well.
func (m *move) fork(on trigger, first RuleID, out *Nexts) {
	list := rules.index.rules(m, on, allTraits, first+1)
	for i := range list {
		e := &list[i]
		if e.is&isLate != 0 || !m.holds(e) {
			continue
		}
		saved, inbox := *m, *m.inbox
		n := out.push(m.w)
		n.Rules, n.Used = m.n.Rules, m.n.Used
		m.turn(n)
		m.note(e.id)
		rules.index.then[e.id](m)
		m.finish(out)
		m.back(&saved)
		*m.inbox = inbox
		if e.is&isAlso == 0 {
			return
		}
	}
}

// wake looks at every waiting thread until none of them moves.
func (m *move) wake(order *[ThreadsMax]uint8) {
	for moved := true; moved && m.w.Left == Inside; {
		moved = false
		for _, i := range order {
			t := &m.w.Threads[i]
			if t.Wait != Blocked {
				continue
			}
			m.waiter(t)
			on := onWake
			if m.s != nil && m.s.unix() {
				on = onUnixWake
			}
			if m.first(on) {
				moved = true
				m.drain(nil)
			}
		}
	}
}

// receiver finds the socket that frame m.f is for, and the rules to look at.
func (m *move) receiver() trigger {
	m.s = nil
	switch m.f.Proto {
	case ProtoTCP:
		if m.martian() || !m.lookup(m.w.tcpReceiver(&m.f)) {
			return onNoSocket
		}
		return onSegment + trigger(m.s.TCP)
	case ProtoUDP:
		if !m.martian() {
			m.lookup(m.w.udpReceiver(&m.f))
		}
		return onDatagram
	}
	m.lookup(m.w.quoted(&m.f))
	return onICMP
}

// martian: a frame from the wire for a loopback address, which is not to be
// seen outside a host (RFC 1122, 3.2.1.3 g).
func (m *move) martian() bool { return !m.inner && (m.f.Dst.Loops() || m.absent(m.f.Dst)) }

func (m *move) lookup(slot int) bool {
	if slot < 0 {
		return false
	}
	m.slot = uint8(slot)
	m.s = &m.w.Sockets[slot]
	return true
}

// stepIn delivers a frame from the wire.
func stepIn(w *World, l *Label, out *Nexts) {
	m := out.move(w)
	m.f = l.Frame
	if m.f.Src == AddrMulticast || m.f.Src == AddrBroadcast || m.f.Src == AddrLoopbackBroadcast { // RFC 1122, 3.2.1.3: no source
		out.push(w)
		return
	}
	if m.w.Env != (Surroundings{}) {
		if m.unheard() {
			out.push(w)
			return
		}
		if m.w.Env.In.matches(m.f.Src, m.f.Proto) && !m.martian() {
			m.turn(out.push(w))
			m.barred()
			m.finish(out)
			return
		}
	}
	out.from = m.try(m.receiver(), out, false, out.from)
	out.stir(m.slot)
}
