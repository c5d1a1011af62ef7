package model

import (
	"math/rand/v2"
	"slices"

	"github.com/connspec/connspec/spec"
)

// Walk wanders through the worlds of dialect d, from starts of them; the same
// seed takes the same way. It calls seen with every world that it finds a way
// to, and whole, if set, with all that [Step] leaves of a label. Unlike the
// checker it promises nothing, but it gets to rules that a small scope has no
// room for.
func Walk(d spec.Dialect, seed uint64, starts int, seen func(from *World, l *Label, next *Next), whole func(from *World, l *Label, nexts *Nexts)) {
	w := newWalker(d, seed, seen)
	w.check = whole
	w.explore(starts)
}

// walker wanders through the worlds of a dialect: random calls, frames and
// time, each followed by what the world lets be seen. It follows the model
// alone, so it goes wherever the model allows.
type walker struct {
	d     spec.Dialect
	draw  *rand.Rand
	world World
	nexts Nexts
	seen  func(from *World, l *Label, next *Next)
	check func(from *World, l *Label, nexts *Nexts) // of whole steps, if set

	special func() Call // calls that one dialect has, drawn often if set
}

func newWalker(d spec.Dialect, seed uint64, seen func(from *World, l *Label, next *Next)) *walker {
	return &walker{d: d, draw: rand.New(rand.NewPCG(seed, uint64(d))), seen: seen}
}

// walk takes the host through so many stimuli.
func (w *walker) walk(stimuli int) {
	for range stimuli {
		if w.world.Left != Inside {
			return
		}
		l := w.stimulus()
		if !w.take(&l) {
			continue
		}
		w.consume()
		if w.draw.IntN(12) == 0 {
			w.pass()
		}
	}
}

// shape is what makes a world worth starting from again: the states of its
// sockets and threads, without names and numbers.
type shape struct {
	sockets [SocketsMax]struct {
		kind  Kind
		tcp   TCP
		layer Layer
		flags Flags
		err   bool
		due   bool
		full  bool
	}
	threads [ThreadsMax]struct {
		wait Wait
		op   spec.Op
	}
}

func shapeOf(w *World) shape {
	var h shape
	for i := range w.Sockets {
		s := &w.Sockets[i]
		o := &h.sockets[i]
		o.kind, o.tcp, o.layer, o.flags = s.Kind, s.TCP, s.Layer, s.Flags&^(CanBcast|Nodelay)
		o.err, o.due = s.Err != 0, s.SndUna != s.SndNxt
		o.full = s.Unread != 0 || s.Queued != 0
	}
	for i := range w.Threads {
		h.threads[i].wait, h.threads[i].op = w.Threads[i].Wait, w.Threads[i].Op
	}
	return h
}

// explore wanders, among AF_UNIX sockets and among what one dialect has apart.
func (w *walker) explore(starts int) {
	if w.d != spec.TargetTCP {
		w.exploreUnix(starts / 2)
	}
	w.wander(starts, append(openings(), waitingOpenings()...))
	switch w.d {
	case spec.Linux:
		w.special = w.linuxCall
		w.wander(starts/4, slices.Concat(fastWaits(), fastEnds(), [][]Label{fastOpening(), rawOpening(), raw6Opening()}))
	case spec.MacOS:
		w.special = w.connectxCall
		w.wander(starts/8, [][]Label{connectxOpening()})
	}
	w.special = w.otherCall
	w.wander(starts/16, otherOpenings())
	w.special = nil
	w.wander(starts/8, slices.Concat(changedOpenings(), timeWaitOpenings(), mtuOpenings()))
}

// wander starts over and over from worlds of a shape not met before, at first
// those along some openings.
func (w *walker) wander(starts int, openings [][]Label) {
	met := map[shape]bool{}
	frontier := []World{{}}
	for _, o := range openings {
		w.world = World{}
		for i := range o {
			w.take(&o[i])
			w.consume()
			frontier = append(frontier, w.world)
		}
	}
	for range starts {
		w.world = frontier[w.draw.IntN(len(frontier))]
		if w.draw.IntN(2) == 0 { // the deeper the likelier
			w.world = frontier[len(frontier)-1-w.draw.IntN((len(frontier)+3)/4)]
		}
		for range 6 {
			w.walk(1)
			if w.world.Left != Inside {
				break
			}
			if h := shapeOf(&w.world); !met[h] && w.world.Seen+w.world.Unseen < 40 {
				met[h] = true
				frontier = append(frontier, w.world)
			}
		}
	}
}

// take follows one label, to any of the worlds it may lead to.
func (w *walker) take(l *Label) bool {
	Step(w.d, &w.world, l, &w.nexts)
	if w.check != nil && w.nexts.Len > 0 {
		w.check(&w.world, l, &w.nexts)
	}
	return w.follow(l)
}

func (w *walker) follow(l *Label) bool {
	if w.nexts.Len == 0 {
		return false
	}
	from := w.world
	for i := range w.nexts.Len {
		w.seen(&from, l, &w.nexts.Buf[i])
	}
	w.world = w.nexts.Buf[w.draw.IntN(w.nexts.Len)].World
	return true
}

// consume lets everything be seen that is pending.
func (w *walker) consume() {
	for w.world.Left == Inside && w.world.OutLen > 0 {
		l := Label{Kind: LabelOut, Frame: w.world.Outs[0]}
		l.Frame.SPort = w.reveal(l.Frame.SPort)
		w.take(&l)
	}
	for i := range w.world.Threads {
		switch t := &w.world.Threads[i]; t.Wait {
		case Returning:
			l := Label{Kind: LabelReturn, Thread: uint8(i), Ret: t.Ret}
			l.Ret.Port = w.reveal(l.Ret.Port)
			if t.Ret.Name >= NameUnseen {
				l.Ret.Name = NameSeen + Name(w.world.NamesSeen)
			}
			l.Ret.Loose = 0
			w.take(&l)
		case Anything:
			l := Label{Kind: LabelReturn, Thread: uint8(i), Ret: Return{Ret: -1, Errno: spec.EINVAL}}
			w.take(&l)
		}
	}
	w.take(&Label{Kind: LabelSettle})
}

func (w *walker) reveal(p Port) Port {
	if p >= PortUnseen {
		return PortSeen + Port(w.world.Seen)
	}
	return p
}

// pass lets time pass and some timers fire.
func (w *walker) pass() {
	w.take(&Label{Kind: LabelAdvance})
	for range 1 + w.draw.IntN(8) {
		Taus(w.d, &w.world, &w.nexts)
		w.follow(&Label{Kind: LabelAdvance})
		w.consume()
		w.world.Timers = w.world.Left == Inside
	}
	w.take(&Label{Kind: LabelSettle})
}

func pick[T any](draw *rand.Rand, from ...T) T { return from[draw.IntN(len(from))] }

func (w *walker) stimulus() Label {
	if l, ok := w.signal(); ok {
		return l
	}
	if w.draw.IntN(50) == 0 {
		return w.change()
	}
	if w.draw.IntN(5) < 2 {
		return Label{Kind: LabelIn, Frame: w.frame()}
	}
	thread := uint8(0)
	for thread < ThreadsMax-1 && (w.world.Threads[thread].Wait != Running || w.draw.IntN(8) == 0) {
		thread++
	}
	if w.special != nil && w.draw.IntN(3) == 0 {
		return Label{Kind: LabelCall, Thread: thread, Call: w.special()}
	}
	if w.draw.IntN(400) == 0 {
		return Label{Kind: LabelCall, Thread: thread, Call: w.connectxCall()}
	}
	c := w.call()
	w.inet6(&c)
	return Label{Kind: LabelCall, Thread: thread, Call: c}
}

// openings lead to where wandering seldom gets: a listener with handshakes and
// connections, and two sockets of one name with a connection between them.
func openings() [][]Label {
	call := func(c Call) Label { return Label{Kind: LabelCall, Call: c} }
	stream := call(Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockStream, Nonblock: true})
	at := func(a Addr, p Port) Sockaddr {
		return Sockaddr{Family: spec.AFInet, Len: spec.SizeofSockaddrIn, Addr: a, Port: p}
	}
	reuse := func(fd int32) Label {
		return call(Call{Op: spec.OpSetsockopt, FD: fd, Level: spec.SolSocket, Option: spec.SoReuseaddr, Value: 1})
	}
	share := func(fd int32) Label { // BSD lets no two sockets have one name without it
		return call(Call{Op: spec.OpSetsockopt, FD: fd, Level: spec.SolSocket, Option: spec.SoReuseport, Value: 1})
	}
	bind := func(fd int32, a Addr) Label { return call(Call{Op: spec.OpBind, FD: fd, To: at(a, 1)}) }
	in := func(bits Bits, src Addr, port Port, seq, ack uint16) Label {
		return Label{Kind: LabelIn, Frame: Frame{Proto: ProtoTCP, Bits: bits, Src: src, SPort: port, Dst: AddrOwn, DPort: 1, Seq: seq, Ack: ack, MSS: 1460}}
	}
	return append(openings6(), [][]Label{
		{
			stream, bind(3, AddrOwn), call(Call{Op: spec.OpListen, FD: 3, Value: 1}), in(SYN, AddrRemote1, 1, 0, 0), in(SYN, AddrRemote1, 2, 0, 0),
			in(ACK, AddrRemote1, 1, 1, 1), in(SYN, AddrRemote2, 1, 0, 0), in(ACK, AddrRemote1, 2, 1, 1), in(ACK, AddrRemote2, 1, 1, 1),
			in(SYN, AddrRemote2, 2, 0, 0),
		},
		{
			stream, reuse(3), share(3), bind(3, AddrOwn), stream, reuse(4), share(4), bind(4, AddrOwn), call(Call{Op: spec.OpConnect, FD: 3, To: at(AddrRemote1, 1)}),
			in(SYN|ACK, AddrRemote1, 1, 0, 1), call(Call{Op: spec.OpConnect, FD: 4, To: at(AddrRemote1, 1)}), call(Call{Op: spec.OpClose, FD: 3}),
			in(FIN|ACK, AddrRemote1, 1, 1, 2), call(Call{Op: spec.OpConnect, FD: 4, To: at(AddrRemote1, 1)}),
		},
		{stream, bind(3, AddrLoopback), call(Call{Op: spec.OpConnect, FD: 3, To: at(AddrLoopback, 1)})},
		{
			call(Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockDgram}), call(Call{Op: spec.OpConnect, FD: 3, To: at(AddrRemote1, 1)}),
			{Kind: LabelEnv, Change: RouteGone, Addr: AddrRemote1}, call(Call{Op: spec.OpSend, FD: 3, Len: 5}),
			call(Call{Op: spec.OpSendto, FD: 3, Len: 5, To: Sockaddr{Pointer: spec.PointerNull}}),
		},
		{
			{Kind: LabelEnv, Change: PortsOne}, stream, call(Call{Op: spec.OpBind, FD: 3, To: at(AddrAny, PortZero)}),
			stream, call(Call{Op: spec.OpListen, FD: 4, Value: 1}), call(Call{Op: spec.OpConnect, FD: 4, To: at(AddrRemote1, 1)}),
		},
		{
			{Kind: LabelEnv, Change: PortsOne}, call(Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockDgram}),
			call(Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockDgram}), call(Call{Op: spec.OpConnect, FD: 3, To: at(AddrRemote1, 1)}),
		},
		{stream, call(Call{Op: spec.OpConnect, FD: 3, To: at(AddrUnreachable, 1)}), call(Call{Op: spec.OpConnect, FD: 3, To: at(AddrUnreachable, 1)})},
	}...)
}

func (w *walker) call() Call {
	d := w.draw
	c := Call{Op: spec.Op(1 + d.IntN(int(spec.OpDisconnectx))), FD: FDFirst + int32(d.IntN(3))}
	if d.IntN(4) == 0 {
		c.Op = pick(d, spec.OpSocket, spec.OpConnect, spec.OpConnect, spec.OpListen, spec.OpBind, spec.OpAccept)
	}
	if d.IntN(20) == 0 {
		c.FD = 14
	}
	c.Family = pick(d, spec.AFInet, spec.AFInet, spec.AFInet, spec.AFInet, spec.AFInet, spec.AFInet, spec.AFInet6, spec.AFInet6, spec.AFInet6, spec.AFUnknown)
	c.Type = pick(d, spec.SockStream, spec.SockStream, spec.SockStream, spec.SockDgram, spec.SockDgram, spec.SockSeqpacket, spec.SockRaw)
	c.Protocol = pick(d, spec.ProtocolDefault, spec.ProtocolDefault, spec.ProtocolDefault, spec.ProtocolTCP, spec.ProtocolUDP)
	c.Nonblock = d.IntN(2) == 0
	c.To = w.sockaddr()
	c.Level, c.Option = pick(d, spec.SolSocket, spec.SolSocket, spec.SolTCP), spec.SockOption(1+d.IntN(6))
	c.Cmd, c.How = pick(d, spec.FGetfl, spec.FSetfl), spec.ShutHow(d.IntN(3))
	c.MsgFlags = pick(d, 0, 0, spec.MsgDontwait, spec.MsgPeek)
	if d.IntN(40) == 0 {
		c.MsgFlags = spec.MsgFastopen
	}
	c.Len = pick(d, int32(1), 5, 16, 64, 0, 1473)
	c.Polls = uint8(pick(d, 1, 1, 1, 1, 2, 2, 0, 4))
	for i := range c.Poll {
		c.Poll[i] = PollFD{FD: FDFirst + int32(d.IntN(4)), Events: spec.PollIn | spec.PollOut}
	}
	switch c.Op {
	case spec.OpListen:
		c.Value = pick(d, int32(0), 1, 5, -1)
	case spec.OpSetsockopt:
		c.Value = int32(d.IntN(2))
	case spec.OpFcntl:
		c.Value = pick(d, spec.ORdwr, spec.ORdwr|spec.ONonblock, spec.ONonblock, 1<<20)
	case spec.OpDup2:
		c.Value = pick(d, int32(FDFirst), FDFirst+1, FDFirst+5, -1, 100)
	case spec.OpPoll:
		c.Value = pick(d, int32(0), 0, 0, -1)
	case spec.OpBind:
		c.Low = d.IntN(100) == 0
	case spec.OpRecv, spec.OpRecvfrom:
		if d.IntN(12) == 0 {
			c.MsgFlags |= spec.MsgErrqueue
		}
	case spec.OpSendto:
		if d.IntN(4) == 0 {
			c.To.Pointer = spec.PointerNull
		}
	}
	w.waiting(&c)
	return c
}

func (w *walker) sockaddr() Sockaddr {
	d := w.draw
	a := Sockaddr{Family: spec.AFInet, Len: spec.SizeofSockaddrIn, Port: Port(1 + d.IntN(2))}
	if d.IntN(12) == 0 {
		a.Port = PortZero
	}
	a.Addr = pick(d, AddrRemote1, AddrRemote1, AddrRemote1, AddrOwn, AddrLoopback, AddrAny, AddrOwn)
	if d.IntN(4) == 0 {
		a.Addr = Addr(d.IntN(int(AddrCount)))
	}
	switch d.IntN(16) {
	case 0:
		a.Family = pick(d, spec.AFUnspec, spec.AFUnspec, spec.AFUnix, spec.AFUnknown)
	case 1:
		a.Len = pick(d, int32(0), 1, 2, 8, 15, 17, 28, 128, 129, 256, -1)
	case 2:
		a.Pointer = pick(d, spec.PointerNull, spec.PointerUnreadable)
		a.Len = pick(d, int32(0), 16, 16, 200)
	}
	return a
}

// frame is one that means something to a socket of the world, or to nobody.
func (w *walker) frame() Frame {
	d := w.draw
	s := &w.world.Sockets[d.IntN(5)]
	f := Frame{Proto: ProtoTCP, Src: pick(d, AddrRemote1, AddrRemote1, AddrRemote2), SPort: Port(1 + d.IntN(2)), Dst: AddrOwn, DPort: Port(1 + d.IntN(2)), MSS: 1460}
	if s.Remote != AddrAny && !s.Remote.Local() && s.Local == AddrOwn && d.IntN(10) != 0 {
		f.Src, f.SPort, f.DPort = s.Remote, s.RPort, s.LPort
	}
	w.frame6(s, &f)
	if s.Kind == KindDgram || d.IntN(20) == 0 {
		f.Proto, f.Len = ProtoUDP, uint16(d.IntN(40))
		if d.IntN(20) == 0 {
			f.Dst = AddrSubnetBroadcast
		}
	}
	if d.IntN(5) == 0 && s.Kind != KindNone {
		q := Quote{Proto: ProtoTCP, Src: s.Local, SPort: s.LPort, Dst: s.Remote, DPort: s.RPort}
		if s.Kind == KindDgram {
			q.Proto = ProtoUDP
		}
		icmp := Frame{Proto: ProtoICMP, Type: pick(d, uint8(3), 3, 3, 3, 4, 5, 11, 12), Code: uint8(d.IntN(pick(d, 2, 5, 17))), Quote: q, Seq: pick(d, s.SndUna, s.SndUna, 900)}
		w.frame6(s, &icmp)
		return icmp
	}
	if f.Proto == ProtoTCP {
		f.Bits = pick(d, SYN|ACK, SYN|ACK, RST|ACK, RST, SYN, SYN, ACK, ACK, PSH|ACK, FIN|ACK, 0, FIN|SYN, PSH|FIN|ACK)
		f.Seq, f.Ack = s.RcvNxt, s.SndNxt
		if f.Bits&SYN != 0 {
			f.Seq = 0
		}
		if f.Bits == SYN|ACK && s.has(FastOption) {
			w.fastAnswer(&f)
		}
		if f.Bits&PSH != 0 {
			f.Len = uint16(1 + d.IntN(30))
		}
		switch d.IntN(14) {
		case 0:
			f.Seq += pick(d, uint16(1), 1000, 0xffff, SeqFar)
		case 1:
			f.Ack += pick(d, uint16(1), 0xffff, 1000)
		}
	}
	return f
}
