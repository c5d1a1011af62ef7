package generate

import (
	"testing"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/spec"
)

// The deck of AF_INET6 draws every kind of address, scope id, length and message
// that the vocabulary has, and sockets of both families.
func TestInet6Deck(t *testing.T) {
	g := New(5, Options{Inet6: 100, FastOpen: -1, Raw: -1})
	families := map[spec.Family]bool{}
	addrs := map[string]bool{}
	scopes := map[uint32]bool{}
	lengths := map[int32]bool{}
	messages := map[[2]uint8]bool{}
	only := 0
	for range 20000 {
		for _, e := range g.Next().Events {
			switch {
			case e.Kind == script.EventInject && e.Frame.Proto == script.ProtoICMP6:
				messages[[2]uint8{e.Frame.ICMPType, e.Frame.ICMPCode}] = true
			case e.Kind != script.EventCall:
			case e.Call.Op == spec.OpSocket:
				families[e.Call.Family] = true
			case e.Call.Option == spec.IPv6V6only:
				only++
			case e.Call.Op == spec.OpConnect && e.Call.Addr.Family == spec.AFInet6:
				addrs[e.Call.Addr.Addr.String()] = true
				scopes[e.Call.Addr.Scope] = true
				lengths[e.Call.AddrLen] = true
			}
		}
	}
	for what, n := range map[string][2]int{
		"families": {len(families), 3}, "addresses": {len(addrs), 30}, "scope ids": {len(scopes), 4}, "lengths": {len(lengths), 14},
		"messages": {len(messages), 16}, "IPV6_V6ONLY": {only, 100},
	} {
		if n[0] < n[1] {
			t.Errorf("%s: %d, want %d", what, n[0], n[1])
		}
	}
}
