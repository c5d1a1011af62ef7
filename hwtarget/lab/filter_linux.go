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
	Out   bool       // of what the kernel sends; else of what it receives
	Addr  netip.Addr // the far end's; the zero Addr is any
	Proto uint8      // IPPROTO_…; 0 is any
	// Reject tells the sender of what is dropped, by an ICMP destination
	// unreachable with the code, or with Reset by RST.
	Reject, Reset bool
	Code          uint8
}

// firewall is the table "ip filter" of a lane, made when it is first needed.
type firewall struct {
	conn    *nftables.Conn
	table   *nftables.Table
	in, out *nftables.Chain
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
	if w.table == nil {
		w.table = w.conn.AddTable(&nftables.Table{Family: nftables.TableFamilyIPv4, Name: "filter"})
		chain := func(name string, hook *nftables.ChainHook) *nftables.Chain {
			return w.conn.AddChain(&nftables.Chain{Name: name, Table: w.table, Type: nftables.ChainTypeFilter, Hooknum: hook, Priority: nftables.ChainPriorityFilter})
		}
		w.in, w.out = chain("input", nftables.ChainHookInput), chain("output", nftables.ChainHookOutput)
	}
	chain := w.in
	if f.Out {
		chain = w.out
	}
	w.conn.AddRule(&nftables.Rule{Table: w.table, Chain: chain, Exprs: f.expressions()})
	if err := w.conn.Flush(); err != nil {
		w.table = nil
		return fmt.Errorf("lab: nf_tables: %w", err)
	}
	return nil
}

// FilterFlush takes the firewall away.
func (l *Lane) FilterFlush() error {
	w := &l.firewall
	if w.table == nil {
		return nil
	}
	w.conn.DelTable(w.table)
	w.table = nil
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

// Offsets in the IPv4 header (RFC 791, section 3.1).
const (
	offsetProto = 9
	offsetSrc   = 12
	offsetDst   = 16
)

func (f *Filter) expressions() []expr.Any {
	var all []expr.Any
	match := func(offset uint32, want []byte) {
		all = append(all,
			&expr.Payload{DestRegister: 1, Base: expr.PayloadBaseNetworkHeader, Offset: offset, Len: uint32(len(want))},
			&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: want})
	}
	if f.Addr.IsValid() {
		offset := uint32(offsetSrc)
		if f.Out {
			offset = offsetDst
		}
		match(offset, f.Addr.AsSlice())
	}
	if f.Proto != 0 {
		match(offsetProto, []byte{f.Proto})
	}
	switch {
	case f.Reset:
		return append(all, &expr.Reject{Type: unix.NFT_REJECT_TCP_RST})
	case f.Reject:
		return append(all, &expr.Reject{Type: unix.NFT_REJECT_ICMP_UNREACH, Code: f.Code})
	}
	return append(all, &expr.Verdict{Kind: expr.VerdictDrop})
}
