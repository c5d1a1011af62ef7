package script

import (
	"net/netip"
	"reflect"
	"testing"
	"time"

	"github.com/connspec/connspec/spec"
	"pgregory.net/rapid"
)

func oneOf[T any](t *rapid.T, values ...T) T { return rapid.SampledFrom(values).Draw(t, "one of") }

func flip(t *rapid.T) bool { return rapid.Bool().Draw(t, "flip") }

func drawAddrPort(t *rapid.T) netip.AddrPort {
	port := oneOf(t, 0, 1, LocalPort, RemotePort2, PortFirst, PortLast, 65535)
	return netip.AddrPortFrom(oneOf(t, Own, Remote1, Loopback, Any, Multicast, NoRoute), uint16(port))
}

func drawSockaddr(t *rapid.T) spec.Sockaddr {
	switch rapid.IntRange(0, 4).Draw(t, "address") {
	case 0:
		return spec.Sockaddr{Family: oneOf(t, spec.AFUnspec, spec.AFUnix, spec.AFInet6, spec.AFUnknown)}
	case 1:
		return spec.SockaddrInet(netip.AddrPortFrom(netip.IPv6LinkLocalAllNodes(), drawAddrPort(t).Port()))
	case 2:
		return spec.Sockaddr{Family: spec.AFUnix, Path: oneOf(t, "/tmp/x", "\x00a\"\\b`", "\x00\x01\n")}
	}
	a := spec.SockaddrInet(drawAddrPort(t))
	a.Family = oneOf(t, spec.AFInet, spec.AFInet, spec.AFUnspec, spec.AFUnknown)
	return a
}

func drawCall(t *rapid.T) spec.Call {
	c := spec.Call{Op: spec.Op(rapid.IntRange(int(spec.OpSocket), int(spec.OpCount)-1).Draw(t, "op"))}
	if drawWaiting(t, &c) {
		return c
	}
	if c.Op.TakesDescriptor() {
		c.FD = oneOf[int32](t, -1, 3, 9)
	}
	switch c.Op {
	case spec.OpSocket, spec.OpSocketpair:
		c.Family = oneOf(t, spec.AFUnspec, spec.AFInet, spec.AFInet6, spec.AFUnix, spec.AFUnknown, spec.AFNetlink, spec.AFPacket)
		c.Type = oneOf(t, spec.SockStream, spec.SockDgram, spec.SockRaw, spec.SockSeqpacket)
		c.SockFlags = oneOf(t, 0, spec.SockNonblock)
		c.Protocol = spec.Protocol(rapid.Uint8().Draw(t, "protocol"))
	case spec.OpBind, spec.OpConnect:
		drawNamed(t, &c)
	case spec.OpOpen:
		c.Arg = oneOf(t, 0, spec.OPath)
	case spec.OpLandlockCreate:
		c.Value = int32(rapid.IntRange(1, spec.LandlockAll).Draw(t, "rights"))
	case spec.OpListen:
		c.Backlog = rapid.Int32().Draw(t, "backlog")
	case spec.OpAccept, spec.OpGetsockname, spec.OpGetpeername:
		c.Pointer = oneOf(t, spec.PointerValid, spec.PointerNull, spec.PointerUnreadable)
	case spec.OpGetsockopt:
		c.Level, c.Option = spec.SolSocket, oneOf(t, spec.SoError, spec.SoType, spec.SoAcceptconn, spec.SoLinger, spec.SoSndtimeo, spec.SoBindtodevice)
	case spec.OpSetsockopt:
		c.Level, c.Option, c.Value = spec.SolTCP, spec.TCPNodelay, rapid.Int32().Draw(t, "value")
		if flip(t) {
			c.Level, c.Option = spec.SolSocket, oneOf(t, spec.SoLinger, spec.SoSndtimeo, spec.SoBindtodevice)
			c.Value = drawValue(t, c.Option)
		}
	case spec.OpFcntl:
		c.Fcntl = oneOf(t, spec.FGetfl, spec.FSetfl)
		if c.Fcntl == spec.FSetfl {
			c.Arg = rapid.Int32().Draw(t, "flags")
		}
	case spec.OpPoll:
		for range rapid.IntRange(0, 3).Draw(t, "entries") {
			c.Poll = append(c.Poll, spec.PollFD{FD: oneOf[int32](t, -1, 3), Events: drawEvents(t)})
		}
		c.Timeout = rapid.Int32().Draw(t, "timeout")
	case spec.OpShutdown:
		c.How = spec.ShutHow(rapid.Uint8().Draw(t, "how"))
	case spec.OpDup2:
		c.Arg = oneOf[int32](t, -1, 3, 66)
	case spec.OpSend, spec.OpSendto, spec.OpRecv, spec.OpRecvfrom:
		drawTransfer(t, &c)
	case spec.OpConnectx, spec.OpDisconnectx:
		drawConnectx(t, &c)
	}
	return c
}

func drawEvents(t *rapid.T) spec.PollEvents {
	return spec.PollEvents(rapid.IntRange(0, 1<<7-1).Draw(t, "events"))
}

func drawNamed(t *rapid.T, c *spec.Call) {
	c.Pointer = oneOf(t, spec.PointerValid, spec.PointerValid, spec.PointerNull, spec.PointerUnreadable)
	if c.Pointer == spec.PointerValid {
		c.Addr = drawSockaddr(t)
	}
	c.AddrLen = rapid.Int32().Draw(t, "length")
}

func drawTransfer(t *rapid.T, c *spec.Call) {
	c.MsgFlags = spec.MsgFlags(rapid.IntRange(0, 7).Draw(t, "flags"))
	data := rapid.SliceOfN(rapid.Byte(), 1, 9).Draw(t, "data")
	switch {
	case flip(t):
	case c.Op == spec.OpRecv || c.Op == spec.OpRecvfrom:
		c.Buf = make([]byte, len(data))
	default:
		c.Buf = data
	}
	if c.Op == spec.OpSendto {
		drawNamed(t, c)
	}
}

// drawWant draws an outcome that c can have; nil if none is stated.
func drawWant(t *rapid.T, c *spec.Call) *Want {
	w := &Want{}
	switch rapid.IntRange(0, 5).Draw(t, "outcome") {
	case 0:
		return nil
	case 1:
		return &Want{Any: true}
	case 2:
		return &Want{Blocks: true}
	case 3:
		w.Result = spec.Fail(spec.Errno(rapid.IntRange(1, int(spec.ErrnoCount)-1).Draw(t, "errno")))
		return w
	}
	w.Result.Ret = rapid.Int32Range(0, 99).Draw(t, "result")
	if flip(t) {
		w.Blocks, w.After = true, 1500*time.Millisecond
	}
	switch {
	case returnsAddr(c.Op) && c.Pointer == spec.PointerValid && flip(t):
		w.HasAddr = true
		w.Result.Addr, w.Result.AddrLen = drawSockaddr(t), rapid.Int32().Draw(t, "length")
	case c.Op == spec.OpGetsockopt && flip(t):
		w.HasOut = true
		w.Result.Value = rapid.Int32().Draw(t, "value")
		if c.Option == spec.SoError && flip(t) {
			w.Result.Value = int32(spec.ECONNREFUSED)
		}
		if formOf(c.Option) > formErrno {
			w.Result.Value = drawValue(t, c.Option)
		}
	case c.Op == spec.OpSelect, c.Op == spec.OpEpollWait:
		drawReady(t, c, w)
	case c.Op == spec.OpSocketpair && flip(t):
		w.HasOut = true
		w.Result.Pair = [2]int32{3, rapid.Int32().Draw(t, "descriptor")}
	case c.Op == spec.OpPoll:
		w.HasOut = true
		if w.Result.Ret > 0 {
			w.Result.Poll = revents([]spec.PollFD{{FD: 3, Revents: drawEvents(t)}, {FD: -1, Revents: drawEvents(t)}})
		}
	}
	return w
}

func drawFrame(t *rapid.T, inbound bool) Frame {
	f := Frame{Implied: flip(t), Proto: oneOf(t, ProtoTCP, ProtoUDP, ProtoICMP)}
	if !f.Implied {
		f.Src, f.Dst = drawAddrPort(t), drawAddrPort(t)
	}
	switch f.Proto {
	case ProtoTCP:
		drawTCP(t, &f, inbound)
	case ProtoUDP:
		f.Len = rapid.IntRange(0, 65535).Draw(t, "length")
	case ProtoICMP:
		if !f.Implied {
			f.Src, f.Dst = netip.AddrPortFrom(f.Src.Addr(), 0), netip.AddrPortFrom(f.Dst.Addr(), 0)
		}
		f.ICMPType, f.ICMPCode = rapid.Uint8().Draw(t, "type"), rapid.Uint8().Draw(t, "code")
		if f.ICMPType == icmpv4.mtuType && f.ICMPCode == icmpv4.mtuCode {
			f.MTU = rapid.Uint16().Draw(t, "MTU")
		}
		drawQuote(t, &f.Quoted)
	}
	return f
}

func drawTCP(t *rapid.T, f *Frame, inbound bool) {
	f.Flags = TCPFlags(rapid.Uint8().Draw(t, "flags"))
	f.Seq = rapid.Uint32().Draw(t, "seq")
	if f.Flags&ACK != 0 {
		f.Ack = rapid.Uint32().Draw(t, "ack")
	}
	f.Len = rapid.IntRange(0, 65535).Draw(t, "length")
	if f.HasWindow = flip(t); f.HasWindow {
		f.Window = rapid.Uint16().Draw(t, "window")
	}
	if !inbound && flip(t) {
		f.AnyOptions = true
		return
	}
	f.Options = TCPOptions{MSS: rapid.Uint16().Draw(t, "mss"), WindowScale: rapid.Uint8().Draw(t, "wscale"), SACKPermitted: flip(t),
		Timestamps: flip(t), FastOpen: drawFastOpen(t), SACKBlocks: rapid.Uint8Range(0, 4).Draw(t, "sack")}
}

func drawQuote(t *rapid.T, q *Quote) {
	if flip(t) {
		return
	}
	if q.Proto = oneOf(t, ProtoTCP, ProtoUDP); flip(t) {
		q.Src, q.Dst = drawAddrPort(t), drawAddrPort(t)
	}
	if q.HasSeq = q.Proto == ProtoTCP && flip(t); q.HasSeq {
		q.Seq = rapid.Uint32().Draw(t, "seq")
	}
	if q.HasSeq || q.Proto == ProtoUDP {
		q.Len = rapid.IntRange(0, 65535).Draw(t, "length")
	}
}

func drawEvent(t *rapid.T) Event {
	e := Event{Delay: time.Duration(rapid.Int64Range(0, int64(DelayMax)/2).Draw(t, "delay"))}
	e.Kind = EventKind(rapid.IntRange(0, int(EventAdvance)).Draw(t, "kind"))
	switch e.Kind {
	case EventCall:
		e.Thread = rapid.IntRange(0, ThreadsMax-1).Draw(t, "thread")
		e.Call = drawCall(t)
		e.Want = drawWant(t, &e.Call)
	case EventInject:
		e.Frame = drawFrame(t, true)
	case EventExpect:
		if flip(t) {
			e.Thread = rapid.IntRange(0, ThreadsMax-1).Draw(t, "thread")
			e.Call.Op = oneOf(t, spec.OpConnect, spec.OpAccept, spec.OpRecv)
			e.Want = &Want{Result: spec.Result{Ret: rapid.Int32Range(0, 9).Draw(t, "result")}}
			return e
		}
		e.Frame = drawFrame(t, false)
		if e.AnyTime = flip(t); e.AnyTime {
			e.Delay = 0
		} else if flip(t) {
			e.Within = time.Second
		}
	case EventEnv:
		e.Env = oneOf(t, Env{Kind: EnvSysctl, Name: "a.b", Value: "1", Text: "sysctl -q a.b=1"}, Env{Kind: EnvLinkUp, Text: "ip link set eth0 up"},
			Env{Kind: EnvSleep, Value: "1.5", Text: "sleep 1.5"}, FileEnv(drawFile(t)), Env{Kind: EnvUnknown, Text: "echo \\` > x"})
	case EventAdvance:
		e.Delay++
	}
	return e
}

// TestRoundTrip prints any script and reads it back.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := &Script{Name: "any", Title: oneOf(t, "", "A title; with `marks'"), Events: rapid.SliceOfN(rapid.Custom(drawEvent), 1, 5).Draw(t, "events")}
		s.Loopback = OnLoopback(s)
		text := Format(s)
		got, err := Parse("any", []byte(text))
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		for i := range got.Events {
			got.Events[i].Line = 0
		}
		if !reflect.DeepEqual(got, s) {
			t.Fatalf("reads back otherwise:\n%s\n%s\ngot  %+v\nwant %+v", text, Format(got), got, s)
		}
	})
}

func drawFastOpen(t *rapid.T) FastOpen {
	if flip(t) {
		return FastOpen{}
	}
	o := FastOpen{Present: true, Experimental: flip(t)}
	if flip(t) {
		o.Len = uint8(oneOf(t, 4, 6, 8, 16))
		o.Cookie[0], o.Cookie[o.Len-1] = rapid.Byte().Draw(t, "first"), rapid.Byte().Draw(t, "last")
	}
	return o
}
