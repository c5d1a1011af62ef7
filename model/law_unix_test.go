package model

import (
	"slices"
	"testing"

	"github.com/connspec/connspec/spec"
)

// walkUnix takes the walker through AF_UNIX stimuli.
func (w *walker) walkUnix(stimuli int) {
	openings := unixOpenings()
	for _, l := range openings[w.draw.IntN(len(openings))] {
		w.take(&l)
		w.consume()
	}
	for range stimuli {
		if w.world.Left != Inside {
			return
		}
		l := w.unixStimulus()
		if w.take(&l) {
			w.consume()
		}
	}
}

// changingUnix are the rules of Linux whose call on an AF_UNIX socket fails and
// leaves something behind: the peer is lost, or the pending error taken.
var changingUnix = []string{
	"send/unix/dgram/ECONNREFUSED-peer", "sendto/unix/dgram/ECONNREFUSED-peer", "send/unix/dgram/error", "sendto/unix/dgram/error",
	"send/unix/seqpacket/error", "sendto/unix/seqpacket/error", "recv/unix/error", "recvfrom/unix/error",
}

// In Linux a call on an AF_UNIX socket that fails at once leaves everything as
// it was, files included, but for the rules that say otherwise.
func TestUnixFailuresOfLinuxChangeNothing(t *testing.T) {
	failuresChangeNothing(t, slices.Concat(changing, changingUnix), func(w *walker) { w.walkUnix(40) })
}

// Linux leaves one answer, but where several threads wait at once.
func TestUnixOfLinuxIsExact(t *testing.T) {
	check(t, "one world follows", func(_ spec.Dialect, seed uint64) (complaint string) {
		w := newWalker(spec.Linux, seed, func(*World, *Label, *Next) {})
		w.check = func(from *World, l *Label, nexts *Nexts) {
			if nexts.Len > 1 && from.blocked() < 2 && nexts.Buf[0].World.blocked() < 2 {
				complaint = "several worlds after " + nexts.Buf[0].Rules[0].String()
			}
		}
		w.walkUnix(40)
		return complaint
	})
}

// The two ends of a connection know each other, nothing refers to what is gone,
// and every file has a name or a socket.
func TestUnixWorldsAreSound(t *testing.T) {
	check(t, "AF_UNIX worlds are sound", func(d spec.Dialect, seed uint64) (complaint string) {
		if d == spec.TargetTCP {
			return ""
		}
		w := newWalker(d, seed, func(_ *World, _ *Label, n *Next) {
			if n.World.Left == Inside {
				if c := unsoundUnix(&n.World); c != "" {
					complaint = c + " after " + n.Rules[0].String()
				}
			}
		})
		w.walkUnix(40)
		return complaint
	})
}

func unsoundUnix(w *World) string {
	var used [NodesMax + 1]bool
	for i := range w.Entries {
		used[w.Entries[i].Node] = true
	}
	for i := range w.Sockets {
		s := &w.Sockets[i]
		used[s.Node] = true
		switch p := w.peer(s); {
		case s.Kind == KindNone && *s != (Socket{}):
			return "a free slot is not empty"
		case p != nil && p.Kind != s.Kind:
			return "a peer is of another type, or gone"
		case p != nil && s.paired() && p.Peer != uint8(i)+1:
			return "a connection has one end"
		case s.paired() && s.TCP == Listen && s.Peer != 0:
			return "a listener has a peer"
		case s.Node != 0 && w.Nodes[s.Node-1].Kind != NodeSocket:
			return "a socket has a file that is none of a socket"
		}
		for _, q := range s.Queue[:s.Queued] {
			if q.From != 0 && w.Sockets[q.From-1].Kind == KindNone {
				return "a datagram is from nobody"
			}
		}
	}
	for i := range w.Nodes {
		if (w.Nodes[i].Kind != NodeNone) != used[i+1] {
			return "a file has neither name nor socket, or a name has no file"
		}
	}
	return ""
}
