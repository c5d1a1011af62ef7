package model

import "github.com/connspec/connspec/spec"

// The walker among AF_UNIX sockets and files, which the others do not touch.

// unixShape is what makes a world of AF_UNIX sockets worth starting from again.
type unixShape struct {
	sockets [SocketsMax]struct {
		kind          Kind
		tcp           TCP
		flags         Flags
		err           spec.Errno
		peer          uint8
		named, queued bool
		full          bool
	}
	nodes   [NodesMax]NodeKind
	waiting [ThreadsMax]spec.Op
}

func unixShapeOf(w *World) unixShape {
	var h unixShape
	for i := range w.Sockets {
		s, o := &w.Sockets[i], &h.sockets[i]
		o.kind, o.tcp, o.flags, o.err, o.peer = s.Kind, s.TCP, s.Flags&^(CanBcast|Reuse), s.Err, s.Peer
		o.named, o.queued, o.full = s.Name != NameNone, s.Unread != 0 || s.Queued != 0, s.stuffed()
	}
	for i := range w.Nodes {
		h.nodes[i] = w.Nodes[i].Kind
	}
	for i := range w.Threads {
		if w.Threads[i].Wait == Blocked {
			h.waiting[i] = w.Threads[i].Op
		}
	}
	return h
}

// exploreUnix is explore among AF_UNIX sockets.
func (w *walker) exploreUnix(starts int) {
	met := map[unixShape]bool{}
	frontier := []World{{}}
	for _, o := range unixOpenings() {
		w.world = World{}
		for i := range o {
			w.take(&o[i])
			w.consume()
			frontier = append(frontier, w.world)
		}
	}
	for range starts {
		w.world = frontier[w.draw.IntN(len(frontier))]
		for range 6 {
			l := w.unixStimulus()
			if w.world.Left != Inside || !w.take(&l) {
				break
			}
			w.consume()
			if w.draw.IntN(12) == 0 {
				w.pass()
			}
			if h := unixShapeOf(&w.world); w.world.Left == Inside && !met[h] && w.world.NamesSeen+w.world.NamesUnseen < 20 {
				met[h] = true
				frontier = append(frontier, w.world)
			}
		}
	}
}

// unixOpenings lead to full queues and to the ways that paths go wrong.
func unixOpenings() [][]Label {
	call := func(c Call) Label { return Label{Kind: LabelCall, Call: c} }
	open := func(t spec.SockType) Label {
		return call(Call{Op: spec.OpSocket, Family: spec.AFUnix, Type: t, Nonblock: true})
	}
	file := func(v FileVerb, p Path) Label { return Label{Kind: LabelEnv, File: FileChange{Verb: v, Path: p}} }
	link := file(FileSymlink, pathOf(CompFirst))
	link.File.To = pathOf(CompFirst)
	return [][]Label{
		{open(spec.SockStream), call(Call{Op: spec.OpBind, FD: 3, To: unixAt(CompFirst)}), call(Call{Op: spec.OpListen, FD: 3}),
			open(spec.SockStream), call(Call{Op: spec.OpConnect, FD: 4, To: unixAt(CompFirst)}),
			call(Call{Op: spec.OpSocket, Family: spec.AFUnix, Type: spec.SockStream}),
			call(Call{Op: spec.OpSetsockopt, FD: 5, Level: spec.SolSocket, Option: spec.SoSndtimeo, Value: 200}),
			call(Call{Op: spec.OpConnect, FD: 5, To: unixAt(CompFirst)})},
		{open(spec.SockStream), call(Call{Op: spec.OpBind, FD: 3, To: unixAt(CompFirst)}), call(Call{Op: spec.OpListen, FD: 3, Value: 1}),
			open(spec.SockStream), call(Call{Op: spec.OpConnect, FD: 4, To: unixAt(CompFirst)}),
			open(spec.SockStream), call(Call{Op: spec.OpConnect, FD: 5, To: unixAt(CompFirst)})},
		{open(spec.SockDgram), call(Call{Op: spec.OpBind, FD: 3, To: unixAt(CompFirst)}), open(spec.SockDgram),
			call(Call{Op: spec.OpConnect, FD: 4, To: unixAt(CompFirst)}), call(Call{Op: spec.OpSend, FD: 4, Len: 1}), call(Call{Op: spec.OpSend, FD: 4, Len: 1}),
			call(Call{Op: spec.OpSocket, Family: spec.AFUnix, Type: spec.SockDgram}),
			call(Call{Op: spec.OpSendto, FD: 5, Len: 1, To: unixAt(CompFirst)})},
		{open(spec.SockDgram), call(Call{Op: spec.OpBind, FD: 3, To: unixAt(CompFirst)}), call(Call{Op: spec.OpSocket, Family: spec.AFUnix, Type: spec.SockDgram}),
			call(Call{Op: spec.OpConnect, FD: 4, To: unixAt(CompFirst)}), call(Call{Op: spec.OpSend, FD: 4, Len: 1}), call(Call{Op: spec.OpSend, FD: 4, Len: 1}),
			call(Call{Op: spec.OpSendto, FD: 4, Len: 1, To: Sockaddr{Pointer: spec.PointerNull}}), {Kind: LabelCall, Thread: 1, Call: Call{Op: spec.OpConnect, FD: 4, To: Sockaddr{Len: 16}}}},
		{open(spec.SockStream), call(Call{Op: spec.OpBind, FD: 3, To: unixAt(CompFirst)}), call(Call{Op: spec.OpListen, FD: 3, Value: 5}),
			open(spec.SockStream), call(Call{Op: spec.OpShutdown, FD: 4}), call(Call{Op: spec.OpConnect, FD: 4, To: unixAt(CompFirst)}),
			call(Call{Op: spec.OpAccept, FD: 3, Nonblock: true})},
		{open(spec.SockStream), link, file(FileMkdir, pathOf(CompFirst+1)), file(FileTouch, pathOf(CompFirst+2))},
	}
}

func pathOf(comps ...Comp) (p Path) {
	for i, c := range comps {
		p.Parts[i] = Part{c, 1}
	}
	return p
}

// unixAt is the address of a path of one component.
func unixAt(c Comp) Sockaddr {
	return Sockaddr{Family: spec.AFUnix, Len: 5, Unix: UnixAddr{Kind: UnixPath, Name: NameFirst + Name(c), Path: pathOf(c)}}
}

func (w *walker) unixStimulus() Label {
	d := w.draw
	thread := uint8(0)
	for thread < ThreadsMax-1 && (w.world.Threads[thread].Wait != Running || d.IntN(8) == 0) {
		thread++
	}
	if d.IntN(6) == 0 {
		return Label{Kind: LabelEnv, File: w.fileChange()}
	}
	if w.d == spec.MacOS && d.IntN(40) == 0 {
		return Label{Kind: LabelCall, Thread: thread, Call: w.connectxCall()}
	}
	return Label{Kind: LabelCall, Thread: thread, Call: w.unixCall()}
}

var unixOps = [...]spec.Op{
	spec.OpSocket, spec.OpSocket, spec.OpSocketpair, spec.OpBind, spec.OpBind, spec.OpConnect, spec.OpConnect, spec.OpConnect, spec.OpListen,
	spec.OpAccept, spec.OpGetsockname, spec.OpGetpeername, spec.OpGetsockopt, spec.OpSetsockopt, spec.OpFcntl, spec.OpPoll, spec.OpShutdown,
	spec.OpSend, spec.OpSendto, spec.OpRecv, spec.OpRecvfrom, spec.OpClose,
}

func (w *walker) unixCall() Call {
	d := w.draw
	c := w.call()
	c.Op, c.FD = unixOps[d.IntN(len(unixOps))], FDFirst+int32(d.IntN(4))
	c.Family = pick(d, spec.AFUnix, spec.AFUnix, spec.AFUnix, spec.AFUnix, spec.AFUnix, spec.AFUnix, spec.AFUnknown, spec.AFInet)
	c.Type = pick(d, spec.SockStream, spec.SockStream, spec.SockDgram, spec.SockSeqpacket, spec.SockRaw)
	c.Protocol = pick(d, spec.ProtocolDefault, spec.ProtocolDefault, spec.ProtocolDefault, 1, spec.ProtocolTCP)
	c.To = w.unixAddr()
	c.How = spec.ShutHow(d.IntN(pick(d, 3, 3, 3, 4)))
	switch c.Op {
	case spec.OpListen:
		c.Value = pick(d, int32(0), 1, 5, -1)
	case spec.OpFcntl:
		c.Cmd, c.Value = spec.FSetfl, pick(d, spec.ORdwr, spec.ORdwr|spec.ONonblock)
	case spec.OpSendto:
		if d.IntN(3) == 0 {
			c.To = Sockaddr{Pointer: spec.PointerNull}
		}
	case spec.OpPoll:
		c.Value = 0
	case spec.OpSetsockopt:
		c.Value = 1
		if d.IntN(2) == 0 {
			c.Level, c.Option, c.Value = spec.SolSocket, pick(d, spec.SoSndtimeo, spec.SoRcvtimeo), 200
		}
	case spec.OpAccept, spec.OpGetsockname, spec.OpGetpeername, spec.OpRecvfrom:
		c.To = Sockaddr{}
	}
	return c
}

func (w *walker) comp() Comp { return CompFirst + Comp(w.draw.IntN(3)) }

func (w *walker) path() (p Path) {
	d := w.draw
	switch d.IntN(8) {
	case 0:
		p = pathOf(w.comp(), w.comp())
	case 1:
		p = pathOf(w.comp(), pick(d, CompDot, CompDotDot, CompLong, w.comp()), w.comp())
	default:
		p = pathOf(w.comp())
	}
	p.Slash = d.IntN(10) == 0
	return p
}

func (w *walker) unixAddr() Sockaddr {
	d := w.draw
	a := unixAt(w.comp())
	if d.IntN(4) == 0 {
		a.Unix.Path = w.path()
		a.Unix.Name = NameFirst + 20 + Name(d.IntN(4))
	}
	switch d.IntN(16) {
	case 0:
		a.Len, a.Unix = spec.OffsetofSunPath, UnixAddr{Kind: UnixEmpty}
	case 1, 2:
		a.Unix = UnixAddr{Kind: UnixAbstract, Name: NameFirst + Name(d.IntN(2))}
	case 3:
		a.Family, a.Unix = pick(d, spec.AFUnspec, spec.AFUnspec, spec.AFInet), UnixAddr{}
	case 4:
		a.Len = pick(d, int32(0), 1, 2, 110, 111, 128, 129, 256, -1)
	case 5:
		a.Pointer = pick(d, spec.PointerNull, spec.PointerUnreadable)
		a.Len = pick(d, int32(0), 5, 5, 200)
	}
	return a
}

func (w *walker) fileChange() FileChange {
	d := w.draw
	f := FileChange{Verb: FileVerb(1 + d.IntN(int(FileRename))), Path: w.path(), To: w.path()}
	if d.IntN(3) == 0 {
		f.Verb = FileChmod
	}
	if f.Verb == FileSymlink && d.IntN(3) == 0 {
		f.To = pathOf(pick(d, CompLong, CompDot, CompDotDot))
	}
	f.Flags = NodeFlags(d.IntN(4))
	return f
}
