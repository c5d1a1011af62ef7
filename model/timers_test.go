package model

import (
	"testing"

	"github.com/connspec/connspec/spec"
)

// All that time may bring is what it may bring socket by socket.
func TestTausOfAllSlotsAreTaus(t *testing.T) {
	var w World
	w.Timers = true
	for i := range 3 {
		w.Sockets[i] = Socket{
			Kind: KindStream, Family: spec.AFInet, TCP: SynSent, Layer: Connecting, Flags: HasPort, LPort: PortUnseen + Port(i), SndNxt: 1, Segs: 1,
			Local: AddrOwn, Remote: AddrRemote1, RPort: 1,
		}
	}
	w.Unseen = 3
	w.Threads[0] = Thread{Wait: Blocked, Op: spec.OpConnect, Socket: 2, Left: 1}
	w.Threads[1] = Thread{Wait: Blocked, Op: spec.OpPoll, Left: 1, Files: [PollMax]File{1}}
	for d := range spec.DocumentCount {
		var all, of Nexts
		Taus(d, &w, &all)
		n := 0
		for slot := range NoSlot + 1 {
			TausOf(d, &w, slot, &of)
			for i := range of.Len {
				found := false
				for j := range all.Len {
					found = found || all.Buf[j].World == of.Buf[i].World
				}
				if !found {
					t.Errorf("%v: slot %d brings a world that Taus does not", d, slot)
				}
				n++
			}
		}
		if n != all.Len || n == 0 {
			t.Errorf("%v: the slots bring %d worlds, want the %d of Taus", d, n, all.Len)
		}
	}
}
