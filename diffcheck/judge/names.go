package judge

import (
	"net/netip"
	"slices"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// classes are the addresses that the model tells apart.
var classes = [model.AddrCount]netip.Addr{
	model.AddrAny: script.Any, model.AddrOwn: script.Own, model.AddrLoopback: script.Loopback,
	model.AddrLoopback2: netip.MustParseAddr("127.0.0.2"), model.AddrRemote1: script.Remote1, model.AddrRemote2: script.Remote2,
	model.AddrGateway: script.Gateway, model.AddrBroadcast: script.Broadcast, model.AddrSubnetBroadcast: script.SubnetBroadcast,
	model.AddrLoopbackBroadcast: script.LoopbackBroadcast, model.AddrMulticast: script.Multicast, model.AddrNoRoute: script.NoRoute,
	model.AddrUnreachable: script.Unreachable, model.AddrProhibit: script.Prohibit, model.AddrBlackhole: script.Blackhole,
	model.AddrThrow:   script.Throw,
	model.AddrNetwork: script.Network, model.AddrClassE: script.ClassE, model.AddrZeroNet: script.ZeroNet,
	model.AddrAnyMapped: script.AnyMapped, model.AddrOwn6: script.Own6, model.AddrLoopback6: script.Loopback6,
	model.AddrRemote61: script.Remote61, model.AddrRemote62: script.Remote62, model.AddrGateway6: script.Gateway6,
	model.AddrLink: script.LinkLocal, model.AddrLinkPeer: script.LinkLocalPeer, model.AddrGroupLink: script.GroupLink,
	model.AddrGroupSite: script.GroupSite, model.AddrGroupGlobal: script.GroupGlobal, model.AddrNoRoute6: script.NoRoute6,
	model.AddrUnreachable6: script.Unreachable6, model.AddrProhibit6: script.Prohibit6, model.AddrBlackhole6: script.Blackhole6,
	model.AddrThrow6: script.Throw6, model.AddrCompatible: script.Compatible,
}

var classOf = func() map[netip.Addr]model.Addr {
	m := make(map[netip.Addr]model.Addr, len(classes))
	for c, a := range classes {
		if a.IsValid() {
			m[a] = model.Addr(c)
		}
	}
	return m
}()

func class(a netip.Addr) model.Addr {
	switch a {
	case script.Remote1:
		return model.AddrRemote1
	case script.Own:
		return model.AddrOwn
	case netip.Addr{}:
		return model.AddrAny
	}
	if a.Is6() {
		return class6(a)
	}
	if c, ok := classOf[a]; ok {
		return c
	}
	return model.AddrUnknown
}

// mssDefault is what a SYN without the option stands for (RFC 9293, 3.7.1).
const mssDefault = 536

// current is the connection that frames without addresses belong to.
type current struct {
	host, far netip.AddrPort
	proto     script.Proto
	seq       uint32 // of the last segment that the host sent
	sent      bool   // it has sent one
}

// names turns the names of scripts into those of the model.
type names struct {
	ports   [64]uint16 // by symbol - 1
	used    int
	conns   []current         // latest last
	current int               // index in conns, -1 for none
	cookies []script.FastOpen // of TCP Fast Open, by number from 0
	unix    unixNames
	choice  uint16 // the one port that the script leaves to choose, 0 before it says which
	low     int    // the lowest port that the host chooses from
	high    int    // and the highest
}

func (n *names) reset() {
	n.used, n.choice = 0, 0
	n.low, n.high = script.ChoiceFirst, script.ChoiceLast
	n.conns, n.cookies = n.conns[:0], n.cookies[:0]
	n.current = -1
	n.unix.reset()
}

// port is the symbol of a port.
func (n *names) port(p uint16) model.Port {
	if p == 0 {
		return model.PortZero
	}
	if p >= script.PortFirst && p < script.PortFirst+60 {
		return model.PortSeen + model.Port(p-script.PortFirst)
	}
	for i := range n.used {
		if n.ports[i] == p {
			return model.Port(i + 1)
		}
	}
	if n.used == len(n.ports) {
		return model.Port(len(n.ports))
	}
	n.ports[n.used] = p
	n.used++
	return model.Port(n.used)
}

// number is the port of a symbol.
func (n *names) number(p model.Port, seen uint8) uint16 {
	switch {
	case p == model.PortZero:
		return 0
	case p >= model.PortUnseen:
		return script.PortFirst + uint16(seen)
	case p >= model.PortSeen:
		return script.PortFirst + uint16(p-model.PortSeen)
	}
	return n.ports[p-1]
}

// call fills in m, which is zero.
func (n *names) call(m *model.Call, c *spec.Call) {
	*m = model.Call{
		Op: c.Op, FD: c.FD, Family: c.Family, Type: c.Type, Protocol: c.Protocol, Nonblock: c.SockFlags&spec.SockNonblock != 0,
		To: model.Sockaddr{
			Family: c.Addr.Family, Addr: class(c.Addr.Addr), Port: n.port(c.Addr.Port), Pointer: c.Pointer, Len: c.AddrLen,
			Scope: scope(c.Addr.Scope),
		},
		Level: c.Level, Option: c.Option, Cmd: c.Fcntl, How: c.How, MsgFlags: c.MsgFlags, Len: int32(len(c.Buf)),
		Low: c.Op == spec.OpBind && c.Addr.Port != 0 && c.Addr.Port < 1024,
	}
	m.To.Unix = n.unix.addr(&c.Addr, c.AddrLen)
	switch c.Op {
	case spec.OpSocket:
		if c.Type == spec.SockRaw { // its protocol is its port
			m.To.Port = n.port(uint16(c.Protocol))
		}
	case spec.OpConnectx, spec.OpDisconnectx:
		if c.Connectx != nil {
			n.connectx(&m.X, c.Connectx)
		}
	case spec.OpListen:
		m.Value = c.Backlog
	case spec.OpSetsockopt, spec.OpLandlockCreate:
		m.Value = c.Value
		if c.Option == spec.IPLocalPortRange {
			m.Value = n.portRange(c.Value)
		}
	case spec.OpFcntl, spec.OpDup2, spec.OpOpen:
		m.Value = c.Arg
	case spec.OpEpollWait:
		m.Value, m.Len = c.Timeout, c.Max
	case spec.OpSigaction:
		m.Signal, m.Handler = c.Signal, c.Disposition
	case spec.OpPoll, spec.OpSelect, spec.OpEpollCtl:
		m.Value, m.Epoll, m.Flags = c.Timeout, c.EpollCmd, c.EpollFlags
		m.Polls = uint8(min(len(c.Poll), 255))
		for i := range min(len(c.Poll), model.PollMax) {
			m.Poll[i] = model.PollFD{FD: c.Poll[i].FD, Events: c.Poll[i].Events}
		}
	}
}

// result fills in m, which is zero.
func (n *names) result(m *model.Return, op spec.Op, r *spec.Result) {
	m.Ret, m.Errno = r.Ret, r.Errno
	if r.Ret < 0 {
		return
	}
	switch op {
	case spec.OpAccept, spec.OpGetsockname, spec.OpGetpeername, spec.OpRecvfrom:
		if f := r.Addr.Family; f == spec.AFInet || f == spec.AFInet6 {
			m.HasAddr, m.Family, m.Addr, m.Port, m.Scope = true, f, class(r.Addr.Addr), n.port(r.Addr.Port), scope(r.Addr.Scope)
		} else if f == spec.AFUnix {
			n.unix.result(m, &r.Addr)
		}
	case spec.OpSocketpair, spec.OpPipe:
		m.Pair = [2]uint8{uint8(r.Pair[0]), uint8(r.Pair[1])}
	case spec.OpGetsockopt:
		m.Value = r.Value
	case spec.OpPoll, spec.OpSelect:
		for i := range min(len(r.Poll), model.PollMax) {
			m.Revents[i] = r.Poll[i].Revents
		}
	case spec.OpEpollWait:
		for i := range min(len(r.Poll), model.PollMax) {
			m.Revents[i] = r.Poll[i].Revents
			m.Value |= r.Poll[i].FD << (8 * i)
		}
	}
}

// Where rel puts sequence numbers that lie far off.
const (
	near  = 0x5000
	large = 0x1000
	away  = 1 << 31
	ahead = 1 << 30
)

// rel makes a relative sequence number a short one; ok is false for one that
// the model does not count.
func rel(x uint32) (short uint16, ok bool) {
	switch {
	case x < near, -x <= large:
		return uint16(x), true
	case x-ahead < large:
		return model.SeqFar + uint16(x-ahead), true
	case x-away < large:
		return model.SeqAway + uint16(x-away), true
	}
	return 0x8000, false
}

// in is a frame of the puppet's; known is false for one beyond the model.
func (n *names) in(f *script.Frame) (m model.Frame, known bool) {
	src, dst := n.endpoints(f)
	switch f.Proto {
	case script.ProtoTCP:
		n.see(script.ProtoTCP, dst, src, f.Flags&script.SYN != 0)
		m, known = n.segment(f, src, dst)
		m.MSS, m.Scaled = f.Options.MSS, f.Options.WindowScale > 1
		if m.MSS == 0 {
			m.MSS = mssDefault
		}
		window := !f.HasWindow || f.Window >= 1000 || f.Flags&script.RST != 0
		return m, known && window && f.Flags&(script.URG|script.ECE|script.CWR) == 0 && f.Options.SACKBlocks == 0
	case script.ProtoUDP:
		n.see(script.ProtoUDP, dst, src, true)
		return n.datagram(f, src, dst), true
	}
	return n.icmp(f)
}

func (n *names) segment(f *script.Frame, src, dst netip.AddrPort) (m model.Frame, known bool) {
	seq, ok1 := rel(f.Seq)
	ack, ok2 := rel(f.Ack)
	m = model.Frame{
		Proto: model.ProtoTCP, Bits: controlBits(f.Flags), Src: class(src.Addr()), SPort: n.port(src.Port()), Dst: class(dst.Addr()),
		DPort: n.port(dst.Port()), Seq: seq, Ack: ack, Len: uint16(f.Len), FastOpen: n.fastOpen(&f.Options.FastOpen),
	}
	return m, ok1 && ok2
}

// fastOpen is the symbol of a Fast Open option; cookies are numbered in the
// order of first sight.
func (n *names) fastOpen(o *script.FastOpen) model.FastOpen {
	if !o.Present {
		return model.FastOpenNone
	}
	f := model.FastOpenRequest
	if o.Len != 0 {
		bytes := script.FastOpen{Len: o.Len, Cookie: o.Cookie}
		i := slices.Index(n.cookies, bytes)
		if i < 0 {
			i = len(n.cookies)
			n.cookies = append(n.cookies, bytes)
		}
		f = model.FastOpenCookie + model.FastOpen(min(i, model.CookiesMax))
	}
	if o.Experimental {
		f |= model.FastOpenExperimental
	}
	return f
}

func (n *names) datagram(f *script.Frame, src, dst netip.AddrPort) model.Frame {
	return model.Frame{
		Proto: model.ProtoUDP, Src: class(src.Addr()), SPort: n.port(src.Port()), Dst: class(dst.Addr()), DPort: n.port(dst.Port()),
		Len: uint16(f.Len),
	}
}

// icmp is a message of the puppet's. What it quotes is a packet of the host's:
// the last one on the connection it names, or on the current one.
func (n *names) icmp(f *script.Frame) (m model.Frame, known bool) {
	m = model.Frame{Proto: model.ProtoICMP, Type: f.ICMPType, Code: f.ICMPCode, MSS: f.MTU}
	q := f.Quoted
	c := n.find(q.Proto, q.Src, q.Dst)
	if !q.Src.IsValid() || !q.Dst.IsValid() {
		c = n.current
		q.Proto, q.Src, q.Dst = script.ProtoTCP, netip.AddrPortFrom(script.Own, script.LocalPort), netip.AddrPortFrom(script.Remote1, script.RemotePort)
		if f.Proto == script.ProtoICMP6 {
			q.Src, q.Dst = netip.AddrPortFrom(script.Own6, script.LocalPort), netip.AddrPortFrom(script.Remote61, script.RemotePort)
		}
		if c >= 0 && n.conns[c].far.Addr().Is6() != (f.Proto == script.ProtoICMP6) {
			c = -1
		}
		if c >= 0 {
			q.Proto, q.Src, q.Dst = n.conns[c].proto, n.conns[c].host, n.conns[c].far
		}
	}
	if !q.HasSeq && c >= 0 && n.conns[c].sent {
		q.Seq = n.conns[c].seq
	}
	switch {
	case f.Proto == script.ProtoICMP6:
		m.Proto = model.ProtoICMP6
		if f.ICMPType < 1 || f.ICMPType > 4 {
			return m, false
		}
	case f.ICMPType < 3 || f.ICMPType > 5 && f.ICMPType != 11 && f.ICMPType != 12:
		return m, false
	}
	m.Quote = model.Quote{Src: class(q.Src.Addr()), SPort: n.port(q.Src.Port()), Dst: class(q.Dst.Addr()), DPort: n.port(q.Dst.Port())}
	if m.Src = m.Quote.Dst; !f.Implied {
		m.Src = class(f.Src.Addr())
	}
	switch q.Proto {
	case script.ProtoTCP:
		m.Quote.Proto = model.ProtoTCP
	case script.ProtoUDP:
		m.Quote.Proto = model.ProtoUDP
	default:
		return m, false
	}
	m.Seq, known = rel(q.Seq)
	return m, known
}

// out is a frame of the host's.
func (n *names) out(f *script.Frame) model.Frame {
	var m model.Frame
	switch f.Proto {
	case script.ProtoTCP:
		i := n.see(script.ProtoTCP, f.Src, f.Dst, f.Flags&script.SYN != 0)
		n.conns[i].seq, n.conns[i].sent = f.Seq, true
		if f.Seq == 0 && f.Flags&(script.RST|script.ACK) == script.RST|script.ACK { // the absolute number 0, see package puppet
			n.conns[i].seq = away
		}
		m, _ = n.segment(f, f.Src, f.Dst)
		m.Bad = f.BadSum
	case script.ProtoUDP:
		i := n.see(script.ProtoUDP, f.Src, f.Dst, true)
		n.conns[i].sent = true
		m = n.datagram(f, f.Src, f.Dst)
	case script.ProtoICMP, script.ProtoICMP6:
		proto := model.ProtoICMP
		if f.Proto == script.ProtoICMP6 {
			proto = model.ProtoICMP6
		}
		m = model.Frame{Proto: proto, Type: f.ICMPType, Code: f.ICMPCode, Src: class(f.Src.Addr()), Dst: class(f.Dst.Addr())}
	}
	return m
}

// see notes a connection; takes says that it becomes the current one.
func (n *names) see(proto script.Proto, host, far netip.AddrPort, takes bool) int {
	i := n.find(proto, host, far)
	if i < 0 {
		n.conns = append(n.conns, current{host: host, far: far, proto: proto})
		i = len(n.conns) - 1
	}
	if takes {
		n.current = i
	}
	return i
}

func (n *names) find(proto script.Proto, host, far netip.AddrPort) int {
	for i := len(n.conns) - 1; i >= 0; i-- {
		if c := &n.conns[i]; c.proto == proto && c.host == host && c.far == far {
			return i
		}
	}
	return -1
}

// endpoints are the addresses of a frame, or of the current connection.
func (n *names) endpoints(f *script.Frame) (src, dst netip.AddrPort) {
	if !f.Implied {
		return f.Src, f.Dst
	}
	if n.current >= 0 {
		return n.conns[n.current].far, n.conns[n.current].host
	}
	port := uint16(script.RemotePort)
	if f.Proto == script.ProtoTCP && f.Flags&script.SYN != 0 {
		port = script.PassivePort
	}
	return netip.AddrPortFrom(script.Remote1, port), netip.AddrPortFrom(script.Own, script.LocalPort)
}

func controlBits(f script.TCPFlags) model.Bits {
	return model.Bits(f) & (model.FIN | model.SYN | model.RST | model.PSH | model.ACK)
}
