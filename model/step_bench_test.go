package model

import (
	"testing"

	"github.com/connspec/connspec/spec"
)

// BenchmarkStep is one step from a world where it is usual, by what happens.
func BenchmarkStep(b *testing.B) {
	at := Sockaddr{Family: spec.AFInet, Addr: AddrRemote1, Port: 1, Len: spec.SizeofSockaddrIn}
	call := func(c Call) Label { return Label{Kind: LabelCall, Call: c} }
	socket := call(Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockStream, Nonblock: true})
	connect := call(Call{Op: spec.OpConnect, FD: 3, To: at})
	option := call(Call{Op: spec.OpGetsockopt, FD: 3, Level: spec.SolSocket, Option: spec.SoError})
	refusal := Label{Kind: LabelIn, Frame: Frame{Proto: ProtoTCP, Bits: RST | ACK, Src: AddrRemote1, SPort: 1, Dst: AddrOwn, DPort: PortSeen, Ack: 1}}
	for _, c := range []struct {
		name   string
		before []Label
		step   Label
	}{
		{"socket", nil, socket},
		{"connect", []Label{socket}, connect},
		{"connect-again", []Label{socket, connect}, connect},
		{"getsockopt", []Label{socket}, option},
		{"segment", []Label{socket, connect}, refusal},
		{"settle", []Label{socket}, Label{Kind: LabelSettle}},
	} {
		for _, d := range []spec.Dialect{spec.POSIX, spec.Linux} {
			b.Run(c.name+"/"+d.String(), func(b *testing.B) {
				w := newWalker(d, 1, func(*World, *Label, *Next) {})
				for i := range c.before {
					w.take(&c.before[i])
					w.consume()
				}
				var out Nexts
				b.ReportAllocs()
				for b.Loop() {
					Step(d, &w.world, &c.step, &out)
				}
				if out.Len == 0 {
					b.Fatal("nothing follows")
				}
			})
		}
	}
}
