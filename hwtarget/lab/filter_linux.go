package lab

import (
	"fmt"
	"net/netip"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// Filter is a rule of the firewall of the kernel in a lane.
type Filter struct {
	Six   bool       // of IPv6; else of IPv4
	Out   bool       // of what the kernel sends; else of what it receives
	Addr  netip.Addr // the far end's; the zero Addr is any
	Proto uint8      // IPPROTO_…; 0 is any
	// Reject tells the sender of what is dropped, by an ICMP or ICMPv6 destination
	// unreachable with the code, or with Reset by RST.
	Reject, Reset bool
	Code          uint8
}

// firewall is the tables "ip filter" and "ip6 filter" of a lane, made when they are
// first needed.
type firewall struct {
	conn   *nftables.Conn
	tables [2]table // of IPv4 and IPv6
}

type table struct {
	made    *nftables.Table // nil if it is not
	in, out *nftables.Chain
}

// make adds the table and its chains to what conn sends next.
func (t *table) make(conn *nftables.Conn, family nftables.TableFamily) {
	t.made = conn.AddTable(&nftables.Table{Family: family, Name: "filter"})
	chain := func(name string, hook *nftables.ChainHook) *nftables.Chain {
		return conn.AddChain(&nftables.Chain{Name: name, Table: t.made, Type: nftables.ChainTypeFilter, Hooknum: hook, Priority: nftables.ChainPriorityFilter})
	}
	t.in, t.out = chain("input", nftables.ChainHookInput), chain("output", nftables.ChainHookOutput)
}

// FilterAdd adds a rule. The error says so if the kernel has no nf_tables.
func (l *Lane) FilterAdd(f Filter) error {
	w := &l.firewall
	if w.conn == nil {
		conn, err := nftables.New(nftables.AsLasting(), nftables.WithNetNSFd(l.kernel))
		if err != nil {
			return fmt.Errorf("lab: nf_tables: %w", err)
		}
		w.conn = conn
	}
	t, family := &w.tables[0], nftables.TableFamilyIPv4
	if f.Six {
		t, family = &w.tables[1], nftables.TableFamilyIPv6
	}
	if t.made == nil {
		t.make(w.conn, family)
	}
	chain := t.in
	if f.Out {
		chain = t.out
	}
	w.conn.AddRule(&nftables.Rule{Table: t.made, Chain: chain, Exprs: f.expressions()})
	if err := w.conn.Flush(); err != nil {
		t.made = nil
		return fmt.Errorf("lab: nf_tables: %w", err)
	}
	return nil
}

// FilterFlush takes the firewall away.
func (l *Lane) FilterFlush() error {
	w := &l.firewall
	some := false
	for i := range w.tables {
		if t := &w.tables[i]; t.made != nil {
			w.conn.DelTable(t.made)
			t.made, some = nil, true
		}
	}
	if !some {
		return nil
	}
	if err := w.conn.Flush(); err != nil {
		return fmt.Errorf("lab: nf_tables: %w", err)
	}
	return nil
}

func (w *firewall) close() {
	if w.conn != nil {
		w.conn.CloseLasting()
	}
}

// header is where the fields of an IP header lie.
type header struct{ proto, src, dst uint32 }

var (
	header4 = header{proto: 9, src: 12, dst: 16} // RFC 791, section 3.1
	header6 = header{proto: 6, src: 8, dst: 24}  // RFC 8200, section 3
)

func (f *Filter) expressions() []expr.Any {
	var all []expr.Any
	h := &header4
	if f.Six {
		h = &header6
	}
	match := func(offset uint32, want []byte) {
		all = append(all,
			&expr.Payload{DestRegister: 1, Base: expr.PayloadBaseNetworkHeader, Offset: offset, Len: uint32(len(want))},
			&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: want})
	}
	if f.Addr.IsValid() {
		offset := h.src
		if f.Out {
			offset = h.dst
		}
		match(offset, f.Addr.AsSlice())
	}
	if f.Proto != 0 {
		match(h.proto, []byte{f.Proto})
	}
	switch {
	case f.Reset:
		return append(all, &expr.Reject{Type: unix.NFT_REJECT_TCP_RST})
	case f.Reject:
		return append(all, &expr.Reject{Type: unix.NFT_REJECT_ICMP_UNREACH, Code: f.Code})
	}
	return append(all, &expr.Verdict{Kind: expr.VerdictDrop})
}
