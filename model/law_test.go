package model

import (
	"slices"
	"testing"

	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/gen"
	"github.com/leanovate/gopter/prop"

	"github.com/connspec/connspec/spec"
)

// check tries a law along random walks that gopter draws: law returns a
// complaint, or nothing.
func check(t *testing.T, name string, law func(d spec.Dialect, seed uint64) string) {
	t.Helper()
	parameters := gopter.DefaultTestParametersWithSeed(1)
	parameters.MinSuccessfulTests = 400
	p := gopter.NewProperties(parameters)
	p.Property(name, prop.ForAll(func(d int, seed uint64) string {
		return law(spec.Dialect(d), seed)
	}, gen.IntRange(0, int(spec.DocumentCount)-1), gen.UInt64()))
	p.TestingRun(t)
}

// A dialect cannot tell one far host from the other, nor port 1 from port 2:
// what follows a renamed label in a renamed world is what follows, renamed.
func TestNamesDoNotMatter(t *testing.T) {
	check(t, "renaming commutes with a step", func(d spec.Dialect, seed uint64) (complaint string) {
		var again Nexts
		w := newWalker(d, seed, func(*World, *Label, *Next) {})
		w.check = func(from *World, l *Label, nexts *Nexts) {
			other, renamed := *from, *l
			renameWorld(&other)
			renameLabel(&renamed)
			Step(d, &other, &renamed, &again)
			if again.Len != nexts.Len {
				complaint = "another number of worlds after " + l.Kind.String() + " " + l.Call.Op.String()
				return
			}
			for i := range again.Len {
				renameWorld(&again.Buf[i].World)
				if again.Buf[i].World != nexts.Buf[i].World {
					complaint = "another world after " + l.Kind.String() + " " + l.Call.Op.String()
				}
			}
		}
		w.walk(60)
		return complaint
	})
}

func swapAddr(a *Addr) {
	switch *a {
	case AddrRemote1:
		*a = AddrRemote2
	case AddrRemote2:
		*a = AddrRemote1
	case AddrRemote61:
		*a = AddrRemote62
	case AddrRemote62:
		*a = AddrRemote61
	}
}

func swapPort(p *Port) {
	switch *p {
	case 1:
		*p = 2
	case 2:
		*p = 1
	}
}

func renameFrame(f *Frame) {
	for _, a := range []*Addr{&f.Src, &f.Dst, &f.Quote.Src, &f.Quote.Dst} {
		swapAddr(a)
	}
	for _, p := range []*Port{&f.SPort, &f.DPort, &f.Quote.SPort, &f.Quote.DPort} {
		swapPort(p)
	}
}

func renameLabel(l *Label) {
	swapAddr(&l.Call.To.Addr)
	swapPort(&l.Call.To.Port)
	swapAddr(&l.Call.X.From.Addr)
	swapPort(&l.Call.X.From.Port)
	swapAddr(&l.Ret.Addr)
	swapPort(&l.Ret.Port)
	renameFrame(&l.Frame)
	swapAddr(&l.Addr)
	swapAddr(&l.Filter.Addr)
}

func renameWorld(w *World) {
	swapAddr(&w.Env.Out.Addr)
	swapAddr(&w.Env.In.Addr)
	for _, pair := range [2][2]Addr{{AddrRemote1, AddrRemote2}, {AddrRemote61, AddrRemote62}} {
		one, two := w.Env.changed(pair[0]), w.Env.changed(pair[1])
		w.Env.reroute(pair[0], two)
		w.Env.reroute(pair[1], one)
	}
	w.FastOpen[0], w.FastOpen[1] = w.FastOpen[1], w.FastOpen[0]
	w.Paths[0], w.Paths[1] = w.Paths[1], w.Paths[0]
	for i := range w.Sockets {
		s := &w.Sockets[i]
		for _, a := range []*Addr{&s.Local, &s.Remote, &s.Via, &s.Flow} {
			swapAddr(a)
		}
		for _, p := range []*Port{&s.LPort, &s.RPort, &s.FlowPort} {
			swapPort(p)
		}
		for q := range s.Queue {
			swapAddr(&s.Queue[q].Addr)
			swapPort(&s.Queue[q].Port)
		}
	}
	for i := range w.Threads {
		swapAddr(&w.Threads[i].Ret.Addr)
		swapPort(&w.Threads[i].Ret.Port)
	}
	for i := range w.Outs[:w.OutLen] {
		renameFrame(&w.Outs[i])
	}
}

// changing are the rules of Linux whose call fails and leaves something behind.
var changing = []string{
	"connect/EINPROGRESS", "connect/wait", "connect/linux/filtered", // the attempt
	"connect/linux/collect-error", "connect/linux/ECONNABORTED", // the socket can be used again
	// A datagram socket is bound by then, and from the route on its flow is overwritten.
	"connect/linux/EINVAL-short", "connect/linux/EAFNOSUPPORT", "connect/linux/ENETUNREACH", "connect/linux/EHOSTUNREACH",
	"connect/linux/EACCES-prohibit", "connect/linux/EINVAL-blackhole", "connect/linux/EINVAL-loopback-source",
	"connect/linux/ENETUNREACH-limited-broadcast", "connect/linux/EACCES-broadcast",
	"shutdown/ENOTCONN", "shutdown/ENOTCONN-failed", // takes effect all the same
	// The pending error is taken.
	"send/stream/error", "sendto/stream/error", "send/dgram/error", "sendto/dgram/error",
	"recv/stream/error", "recvfrom/stream/error", "recv/dgram/error", "recvfrom/dgram/error",
	// Bound by then.
	"send/dgram/EDESTADDRREQ", "sendto/dgram/EDESTADDRREQ", "send/dgram/EPIPE", "sendto/dgram/EPIPE",
	"sendto/dgram/EINVAL-length", "sendto/dgram/EAFNOSUPPORT", "sendto/dgram/EINVAL-port", "sendto/dgram/route",
	// A Fast Open sends its SYN, or collects the error of the last attempt.
	"sendto/stream/fast-open/EINPROGRESS", "sendto/stream/fast-open/wait", "sendto/stream/fast-open/deferred-EINVAL",
	"send/stream/fast-open/deferred-EINPROGRESS", "sendto/stream/fast-open/deferred-EINPROGRESS",
	"send/stream/fast-open/fails", "sendto/stream/fast-open/fails",
	"bind/EADDRINUSE", // the address that an attempt left is taken out
	// A datagram socket is bound by then; the scope id binds to its interface; a failure over IPv4 undoes what the attempt before it left.
	"connect/linux/inet6/EINVAL-other-scope", "connect/linux/inet6/EINVAL-no-scope", "connect/linux/inet6/ENETUNREACH-only",
	"connect/linux/inet6/ENETUNREACH-device", "connect/linux/inet6/EAFNOSUPPORT-mapped-source",
	"connect/linux/ENETUNREACH-stream-broadcast", "connect/linux/ENETUNREACH-stream-multicast", "connect/linux/EADDRNOTAVAIL",
	"bind/linux/inet6/ENODEV", "bind/linux/inet6/EADDRNOTAVAIL",
	"sendto/dgram/linux/inet6/EINVAL-no-family", "sendto/dgram/linux/inet6/ENETUNREACH-only", "sendto/dgram/linux/inet6/EINVAL-family",
}

// In Linux a call that fails at once leaves everything as it was, but for the
// rules that say otherwise.
func TestFailuresOfLinuxChangeNothing(t *testing.T) {
	failuresChangeNothing(t, changing, func(w *walker) { w.walk(60) })
}

// failuresChangeNothing checks that a call which fails at once, on the way that
// walk takes, leaves everything as it was, but by the rules that are excepted.
func failuresChangeNothing(t *testing.T, excepted []string, walk func(*walker)) {
	t.Helper()
	check(t, "-1 leaves the world alone", func(_ spec.Dialect, seed uint64) (complaint string) {
		walk(newWalker(spec.Linux, seed, func(from *World, l *Label, n *Next) {
			if l.Kind != LabelCall || n.World.Left != Inside {
				return
			}
			t := &n.World.Threads[l.Thread]
			if t.Wait != Returning || t.Ret.Errno == spec.ENONE {
				return
			}
			after := n.World
			after.Threads[l.Thread] = from.Threads[l.Thread]
			if name := n.Rules[0].String(); after != *from && !slices.Contains(excepted, name) {
				complaint = name + " changes the world"
			}
		}))
		return complaint
	})
}

// Linux leaves one answer, but where two threads wait at once and where an
// acknowledgement that is held back may go out with a read.
func TestLinuxIsExact(t *testing.T) {
	check(t, "one world follows", func(_ spec.Dialect, seed uint64) (complaint string) {
		w := newWalker(spec.Linux, seed, func(*World, *Label, *Next) {})
		w.check = func(from *World, l *Label, nexts *Nexts) {
			first := &nexts.Buf[0]
			if nexts.Len <= 1 || from.blocked() > 1 || first.World.blocked() > 1 {
				return
			}
			if name := first.Rules[0].String(); name != "recv/stream/data-and-ack" && name != "recvfrom/stream/data-and-ack" {
				complaint = "several worlds after " + name
			}
		}
		w.walk(60)
		return complaint
	})
}

// A slot that nothing refers to holds nothing but what TCP leaves behind, and
// a listening socket is not connected.
func TestWorldsAreSound(t *testing.T) {
	check(t, "worlds are sound", func(d spec.Dialect, seed uint64) (complaint string) {
		w := newWalker(d, seed, func(from *World, _ *Label, n *Next) {
			if n.World.Left != Inside {
				return
			}
			for i := range n.World.Sockets {
				s := &n.World.Sockets[i]
				switch {
				case s.Kind == KindNone && *s != Socket{}:
					complaint = "a free slot is not empty"
				case s.TCP == Listen && s.Layer != Unconnected:
					complaint = "a listening socket is connected"
				case s.Kind != KindNone && !n.World.held(uint8(i)) && !s.has(Orphan|Child|AnyState):
					complaint = "a socket that nothing refers to lives on in " + s.TCP.String()
				case s.has(Child) && !s.has(Request) && n.World.Sockets[s.Parent-1].TCP != Listen:
					complaint = "a connection waits at no listener"
				}
			}
		})
		w.walk(60)
		return complaint
	})
}

func TestStepDoesNotAllocate(t *testing.T) {
	type step struct {
		world World
		label Label
	}
	for d := range spec.DocumentCount {
		var steps []step
		w := newWalker(d, 7, func(from *World, l *Label, _ *Next) { steps = append(steps, step{*from, *l}) })
		for range 50 {
			w.world = World{}
			w.walk(40)
		}
		var nexts Nexts
		if n := testing.AllocsPerRun(3, func() {
			for i := range steps {
				Step(d, &steps[i].world, &steps[i].label, &nexts)
			}
		}); n != 0 {
			t.Errorf("%v: %v allocations in %d steps, want none", d, n, len(steps))
		}
	}
}
