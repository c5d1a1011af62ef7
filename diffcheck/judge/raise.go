package judge

import (
	"net/netip"
	"time"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/hwtarget/lab"
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// Happening is one stimulus in the names of the model, and what was seen of it.
type Happening struct {
	Label model.Label   // a call, a frame, a change, or time
	Delay time.Duration // LabelAdvance: how much time
	Outs  []model.Frame
	Rets  []ThreadReturn
	Waits bool // the call did not return
}

// ThreadReturn is the return of a call of a thread.
type ThreadReturn struct {
	Thread uint8
	Op     spec.Op
	Ret    model.Return
}

// Raise makes a script of happenings from a fresh host on: the inverse of what
// a judge does. If stated is set the script states what was seen: the results,
// and the frames up to the first that the model knows in part only, since each
// stated frame asks for the next one that the host sends.
func Raise(title string, all []Happening, stated bool) *script.Script {
	s, frames := &script.Script{Name: "raised", Title: title}, true
	for i := range all {
		raiseOne(s, &all[i], stated, &frames)
	}
	s.Loopback = script.OnLoopback(s)
	return s
}

func raiseOne(s *script.Script, h *Happening, stated bool, frames *bool) {
	e := script.Event{Kind: script.EventAdvance, Delay: h.Delay}
	own := -1 // of Rets: the return of the call itself
	switch h.Label.Kind {
	case model.LabelCall:
		e.Kind, e.Thread, e.Call = script.EventCall, int(h.Label.Thread), raiseCall(&h.Label.Call)
		if stated && h.Waits {
			e.Want = &script.Want{Blocks: true}
		}
		for i := range h.Rets {
			if h.Rets[i].Thread == h.Label.Thread && stated {
				own = i
				e.Want = raiseWant(&e.Call, &h.Rets[i].Ret)
			}
		}
	case model.LabelSignal:
		e.Kind, e.Thread, e.Signal = script.EventSignal, int(h.Label.Thread), h.Label.Signal
	case model.LabelIn:
		e.Kind, e.Frame = script.EventInject, raiseFrame(&h.Label.Frame)
	case model.LabelEnv:
		e.Kind, e.Env = script.EventEnv, raiseChange(&h.Label)
	}
	s.Events = append(s.Events, e)
	if !stated {
		return
	}
	for i := range h.Outs {
		o := &h.Outs[i]
		*frames = *frames && o.Loose == 0 && (o.Proto == model.ProtoTCP || o.Proto == model.ProtoUDP)
		if *frames {
			f := raiseFrame(o)
			f.AnyOptions, f.Options, f.HasWindow, f.Window = f.Proto == script.ProtoTCP, script.TCPOptions{}, false, 0
			s.Events = append(s.Events, script.Event{Kind: script.EventExpect, Frame: f})
		}
	}
	for i := range h.Rets {
		if r := &h.Rets[i]; i != own {
			c := spec.Call{Op: r.Op}
			s.Events = append(s.Events, script.Event{Kind: script.EventExpect, Thread: int(r.Thread), Call: c, Want: raiseWant(&c, &r.Ret)})
		}
	}
}

// raisePort is the number of a port that a script names, or that of P1, P2 …
func raisePort(p model.Port) uint16 {
	switch {
	case p == model.PortZero:
		return 0
	case p >= model.PortUnseen: // nobody knows it, so no script can mean it
		return script.PortLast
	case p >= model.PortSeen:
		return script.PortFirst + uint16(p-model.PortSeen)
	}
	return script.LocalPort + uint16(p) - 1
}

// raised are the names that a judge gets from raised scripts.
func raised() (n names) {
	n.reset()
	n.used = len(n.ports)
	n.unix.names, n.unix.comps = []string{"a", "b", "\x00c", "a/b", "a/../b", "a/"}, []string{"a", "b"}
	for i := range n.ports {
		n.ports[i] = raisePort(model.Port(i + 1))
	}
	return n
}

func endpoint(a model.Addr, p model.Port) netip.AddrPort {
	return netip.AddrPortFrom(classes[a], raisePort(p))
}

// raiseRange is a value of IP_LOCAL_PORT_RANGE.
func raiseRange(value int32) int32 {
	low, high := uint32(50000), uint32(50000)
	switch value {
	case model.RangeNone:
		return 0
	case model.RangeMany:
		high = 60000
	case model.RangeReversed:
		high = 40000
	}
	return int32(high<<16 | low)
}

func raiseCall(c *model.Call) spec.Call {
	s := spec.Call{
		Op: c.Op, FD: c.FD, Family: c.Family, Type: c.Type, Protocol: c.Protocol, Level: c.Level, Option: c.Option,
		Fcntl: c.Cmd, How: c.How, MsgFlags: c.MsgFlags, AddrLen: c.To.Len, Pointer: c.To.Pointer,
	}
	if c.Nonblock {
		s.SockFlags = spec.SockNonblock
	}
	switch c.Op {
	case spec.OpBind, spec.OpConnect, spec.OpSendto:
		if c.To.Pointer == spec.PointerValid {
			s.Addr = raiseAddr(&c.To)
		}
	case spec.OpListen:
		s.Backlog = c.Value
	case spec.OpSetsockopt, spec.OpLandlockCreate:
		s.Value = c.Value
		if c.Option == spec.IPLocalPortRange {
			s.Value = raiseRange(c.Value)
		}
	case spec.OpFcntl, spec.OpDup2, spec.OpOpen:
		s.Arg = c.Value
	case spec.OpSigaction:
		s.Signal, s.Disposition = c.Signal, c.Handler
	case spec.OpEpollWait:
		s.Timeout, s.Max = c.Value, c.Len
	case spec.OpPoll, spec.OpSelect, spec.OpEpollCtl:
		s.Timeout, s.EpollCmd, s.EpollFlags = c.Value, c.Epoll, c.Flags
		for _, p := range c.Poll[:min(int(c.Polls), len(c.Poll))] {
			s.Poll = append(s.Poll, spec.PollFD{FD: p.FD, Events: p.Events})
		}
	}
	switch c.Op {
	case spec.OpSend, spec.OpSendto, spec.OpRecv, spec.OpRecvfrom:
		s.Buf = make([]byte, c.Len)
	case spec.OpConnectx, spec.OpDisconnectx:
		s.Connectx = raiseConnectx(&s, c)
	}
	return s
}

// outside is an address that the plan does not have (RFC 2544).
var outside = netip.MustParseAddr("198.18.0.1")

func raiseAddr(to *model.Sockaddr) spec.Sockaddr {
	a := spec.Sockaddr{Family: to.Family, Port: raisePort(to.Port)}
	if to.Family == spec.AFUnix {
		n := raised()
		if to.Unix.Name < model.NameFirst || int(to.Unix.Name-model.NameFirst) >= len(n.unix.names) {
			return spec.Sockaddr{Family: to.Family}
		}
		return spec.Sockaddr{Family: to.Family, Path: n.unix.bytes(to.Unix.Name, 0)}
	}
	if to.Family == spec.AFInet || to.Family == spec.AFInet6 {
		if a.Addr = classes[to.Addr]; to.Addr == model.AddrUnknown {
			a.Addr = outside
		}
	}
	if to.Family == spec.AFInet6 {
		a.Scope = scopeIDs[to.Scope]
		switch {
		case to.Addr == model.AddrAny:
			a.Addr = script.Any6
		case a.Addr.Is4():
			a.Addr = script.Mapped(a.Addr)
		}
	}
	return a
}

func raiseWant(c *spec.Call, r *model.Return) *script.Want {
	w := &script.Want{Result: spec.Result{Ret: r.Ret, Errno: r.Errno}}
	if r.Ret < 0 {
		return w
	}
	switch {
	case r.HasAddr && r.Name == model.NameNone:
		n := raised()
		w.HasAddr = true
		w.Result.Addr, w.Result.AddrLen = n.sockaddr(r, 0)
	case c.Op == spec.OpGetsockopt:
		w.HasOut, w.Result.Value = true, r.Value
	case c.Op == spec.OpSocketpair || c.Op == spec.OpPipe:
		w.HasOut, w.Result.Pair = true, [2]int32{int32(r.Pair[0]), int32(r.Pair[1])}
	case c.Op == spec.OpPoll || c.Op == spec.OpSelect:
		w.HasOut = true
		for i, p := range c.Poll[:min(len(c.Poll), model.PollMax)] {
			p.Revents = r.Revents[i] &^ r.Loose
			w.Result.Poll = append(w.Result.Poll, p)
		}
	}
	return w
}

func raiseFrame(m *model.Frame) script.Frame {
	f := script.Frame{Src: endpoint(m.Src, m.SPort), Dst: endpoint(m.Dst, m.DPort), Len: int(m.Len)}
	switch m.Proto {
	case model.ProtoTCP:
		f.Proto, f.Flags, f.Seq, f.Ack, f.BadSum = script.ProtoTCP, script.TCPFlags(m.Bits), long(m.Seq), long(m.Ack), m.Bad
		if m.Bits&model.RST == 0 {
			f.HasWindow, f.Window = true, 65535
		}
		if m.Bits&model.SYN != 0 {
			f.Options.MSS = m.MSS
		}
	case model.ProtoUDP:
		f.Proto = script.ProtoUDP
	case model.ProtoICMP, model.ProtoICMP6:
		f = script.Frame{Proto: script.ProtoICMP, ICMPType: m.Type, ICMPCode: m.Code, MTU: m.MSS, Implied: true}
		if m.Proto == model.ProtoICMP6 {
			f.Proto = script.ProtoICMP6
		}
		q := &m.Quote
		f.Quoted = script.Quote{Proto: script.ProtoUDP, Src: endpoint(q.Src, q.SPort), Dst: endpoint(q.Dst, q.DPort)}
		if q.Proto == model.ProtoTCP {
			f.Quoted.Proto, f.Quoted.Seq, f.Quoted.HasSeq = script.ProtoTCP, long(m.Seq), true
		}
	}
	return f
}

// raiseChange is the command that brings a change of the environment about.
func raiseChange(l *model.Label) script.Env {
	c, a := l.Change, l.Addr
	if l.File.Verb != model.FileAsIs {
		return raiseFile(&l.File)
	}
	host := netip.PrefixFrom(classes[a], max(0, classes[a].BitLen())).String()
	switch c {
	case model.FastOpenOff:
		return script.Env{Kind: script.EnvSysctl, Name: "net.ipv4.tcp_fastopen", Value: "0", Text: "sysctl -q net.ipv4.tcp_fastopen=0"}
	case model.FastOpenOn:
		return script.Env{Kind: script.EnvSysctl, Name: "net.ipv4.tcp_fastopen", Value: "1", Text: "sysctl -q net.ipv4.tcp_fastopen=1"}
	case model.LinkDown:
		return script.Env{Kind: script.EnvLinkDown}
	case model.LinkUp:
		return script.Env{Kind: script.EnvLinkUp}
	case model.LoopbackDown:
		return script.Env{Kind: script.EnvLinkDown, Name: "lo"}
	case model.LoopbackUp:
		return script.Env{Kind: script.EnvLinkUp, Name: "lo"}
	case model.AddrGone:
		return script.Env{Kind: script.EnvAddrDel, Value: lab.Own.String()}
	case model.AddrBack:
		return script.Env{Kind: script.EnvAddrAdd, Value: lab.Own.String()}
	case model.RouteUnreachable:
		return script.Env{Kind: script.EnvRouteAdd, Name: "unreachable", Value: host}
	case model.RouteProhibit:
		return script.Env{Kind: script.EnvRouteAdd, Name: "prohibit", Value: host}
	case model.RouteBlackhole:
		return script.Env{Kind: script.EnvRouteAdd, Name: "blackhole", Value: host}
	case model.RouteGone:
		return script.Env{Kind: script.EnvRouteAdd, Name: "throw", Value: host}
	}
	return script.Env{Kind: script.EnvUnknown, Text: "true"}
}
