package check

import (
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// waitingIs: of signals, limits, AF_UNIX and what else the scopes of the other
// families are about.
var waitingIs = []Property{
	{Name: "EINTR-leaves-the-attempt", For: ofLinux | ofMacOS | ofOSX | ofPOSIX, Of: "signals", Needs: Size{Threads: 2}, Source: "posix/errors/EINTR-async; linux/errors/EINTR-async",
		Says: "A signal that ends a connect leaves its attempt under way.",
		Step: func(s *Step) bool {
			if s.Label.Kind != model.LabelSignal {
				return true
			}
			for i := range s.Before.Sockets {
				if s.Before.Sockets[i].TCP == model.SynSent && s.After.Sockets[i].TCP != model.SynSent && s.After.Sockets[i].Kind != model.KindNone {
					return false
				}
			}
			return true
		}},
	{Name: "ignored-signal-ends-nothing", For: ofAll, Source: "POSIX.1-2008, XSH 2.4.3", Says: "A signal that is ignored ends no wait.",
		Step: func(s *Step) bool {
			return s.Label.Kind != model.LabelSignal || s.Before.Signals[s.Label.Signal] != spec.SigIgnore || s.Seen.Rets == 0
		}},
	{Name: "limit-needs-time", For: ofAll, Source: "POSIX.1-2008, setsockopt() (SO_RCVTIMEO)", Says: "A recv that waits without a limit does not return EAGAIN because time passes.",
		Step: func(s *Step) bool {
			if s.Label.Kind != model.LabelAdvance {
				return true
			}
			for _, r := range s.Seen.Ret[:s.Seen.Rets] {
				if t := &s.Before.Threads[r.Thread]; r.Ret.Errno == spec.EAGAIN && t.Left == 0 {
					return false
				}
			}
			return true
		}},
	{Name: "peers-are-two", For: ofAll &^ ofTargetTCP, Source: "POSIX.1-2008, socketpair(), connect()", Says: "The peer of a connected AF_UNIX socket has it for its peer.",
		World: everySocket(func(w *model.World, s *model.Socket) bool {
			paired := s.Kind == model.KindUnixStream || s.Kind == model.KindUnixSeqpacket
			if !paired || s.TCP != model.Established || s.Peer == 0 || int(s.Peer) > len(w.Sockets) {
				return true
			}
			o := &w.Sockets[s.Peer-1]
			return o.Kind == s.Kind && int(o.Peer) <= len(w.Sockets) && o.Peer != 0 && &w.Sockets[o.Peer-1] == s
		})},
	{Name: "link-down-stops-frames", For: ofLinux, Source: "Linux 6.18, fib_sync_down_dev", Says: "While the interface of the wire is down no call sends a frame.",
		Step: func(s *Step) bool {
			return s.Label.Kind != model.LabelCall || s.Before.Env.Lacks&model.NoLink == 0 || s.Seen.Outs == 0
		}},
	{Name: "filter-drops-SYN", For: ofLinux, Of: "firewall", Source: "Linux 6.18, nf_hook_slow (NF_DROP)", Says: "A firewall that drops what the host sends lets no SYN be seen.",
		Step: func(s *Step) bool {
			out := &s.Before.Env.Out
			return out.Does != model.DoesDrop || out.Proto != model.ProtoNone || !answers(s, func(f *model.Frame) bool { return f.Bits&model.SYN != 0 })
		}},
	{Name: "can-be-interrupted", Kind: Reachable, For: ofLinux | ofMacOS | ofOSX | ofPOSIX, Of: "signals", Needs: Size{Threads: 2}, Source: "posix/errors/EINTR", Says: "connect can return EINTR.",
		Step: connectReturns(spec.EINTR)},
}
