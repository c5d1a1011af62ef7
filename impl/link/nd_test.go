package link

import (
	"net/netip"
	"testing"
	"time"

	"github.com/connspec/connspec/impl/ip"
	"github.com/connspec/connspec/impl/wire"
)

var (
	own6     = netip.MustParseAddr("2001:db8::1")
	peer6    = netip.MustParseAddr("2001:db8::2")
	path6    = ip.Path{Src: own6, Dst: peer6, NextHop: peer6}
	theirMAC = wire.MAC{6}
	otherMAC = wire.MAC{8}
)

func owns6(a netip.Addr) bool { return a == own6 }

// said is the next message of the cache.
func said(t *testing.T, c *Cache) (mac wire.MAC, h wire.IPv6, n wire.Neighbor, ok bool) {
	t.Helper()
	frame := make([]byte, 128)
	size, ok := c.Next(frame)
	if !ok {
		return mac, h, n, false
	}
	eth, packet, err := wire.ParseEthernet(frame[:size])
	if err != nil || eth.Type != wire.EtherTypeIPv6 || eth.Src != c.mac {
		t.Fatalf("the frame has the header %+v, %v", eth, err)
	}
	h, body, err := wire.ParseIPv6(packet)
	if err != nil || h.HopLimit != 255 {
		t.Fatalf("the packet has the header %+v, %v", h, err)
	}
	m, payload, err := wire.ParseICMPv6(body, wire.PseudoIPv6(h.Src, h.Dst, wire.ProtocolICMPv6))
	if err != nil {
		t.Fatal(err)
	}
	if n, err = wire.ParseNeighbor(&m, payload); err != nil {
		t.Fatal(err)
	}
	return eth.Dst, h, n, true
}

// advert is an advertisement of the peer, by the rules of RFC 4861 section 7.1.2.
func advert(c *Cache, now time.Duration, mac wire.MAC, solicited, override bool) (sent string) {
	h := wire.IPv6{HopLimit: 255, Src: peer6.As16(), Dst: own6.As16()}
	n := wire.Neighbor{Advertises: true, Target: peer6.As16(), Link: mac, HasLink: true, Solicited: solicited, Override: override}
	c.HandleNeighbor(now, &h, &n, owns6, func(_ ip.Path, p []byte) { sent += string(p) })
	return sent
}

func TestAnswerReleasesWhatWaits(t *testing.T) {
	var c Cache
	c.Reset(mac, nil)
	for _, p := range []string{"a", "b"} {
		if _, ok := c.Resolve(0, path6, []byte(p)); ok {
			t.Fatal("resolved an address that nobody told")
		}
	}
	dst, h, n, ok := said(t, &c)
	if !ok || dst != (wire.MAC{0x33, 0x33, 0xff, 0, 0, 2}) || netip.AddrFrom16(h.Dst).String() != "ff02::1:ff00:2" ||
		h.Src != own6.As16() || n.Advertises || n.Target != peer6.As16() || n.Link != mac || !n.HasLink {
		t.Fatalf("the solicitation is %v %+v %+v, %v", dst, h, n, ok)
	}
	if _, _, _, again := said(t, &c); again {
		t.Error("a second packet asks again at once")
	}
	if sent := advert(&c, 0, theirMAC, true, true); sent != "ab" {
		t.Errorf("the answer releases %q, want both packets in order", sent)
	}
	if got, ok := c.Resolve(0, path6, nil); !ok || got != theirMAC {
		t.Errorf("resolved %v %v, want what was advertised", got, ok)
	}
}

func TestThreeSolicitationsAndTheEnd(t *testing.T) {
	var c Cache
	c.Reset(mac, nil)
	c.Resolve(0, path6, []byte("x"))
	asked, lost := 0, time.Duration(-1)
	for now := time.Duration(0); now <= 4*time.Second; now += time.Second {
		c.Expire(now, func(_ ip.Path, p []byte) { lost = now })
		for _, _, _, ok := said(t, &c); ok; _, _, _, ok = said(t, &c) {
			asked++
		}
	}
	if asked != probesMax || lost != 3*time.Second {
		t.Errorf("asked %d times and lost the packet at %v, want %d and 3s", asked, lost, probesMax)
	}
}

// RFC 4861 section 7.2.5, by the flags of an advertisement and what is known.
func TestAdvertisements(t *testing.T) {
	known := func(c *Cache) {
		c.Resolve(0, path6, nil)
		advert(c, 0, theirMAC, true, true)
	}
	for _, c := range []struct {
		name                string
		mac                 wire.MAC
		solicited, override bool
		want                wire.MAC
		state               state
	}{
		{"another address, no override", otherMAC, true, false, theirMAC, stale},
		{"another address, override, asked for", otherMAC, true, true, otherMAC, reachable},
		{"another address, override, not asked for", otherMAC, false, true, otherMAC, stale},
		{"the same, asked for", theirMAC, true, false, theirMAC, reachable},
		{"the same, not asked for", theirMAC, false, true, theirMAC, reachable},
	} {
		var cache Cache
		cache.Reset(mac, nil)
		known(&cache)
		advert(&cache, time.Second, c.mac, c.solicited, c.override)
		if e := cache.find(peer6); e.mac != c.want || e.state != c.state {
			t.Errorf("%s: %v in state %d, want %v in %d", c.name, e.mac, e.state, c.want, c.state)
		}
	}
	var cache Cache
	cache.Reset(mac, []Neighbor{{peer6, theirMAC}})
	if advert(&cache, 0, otherMAC, true, true); cache.find(peer6).mac != theirMAC {
		t.Error("an advertisement changes a permanent entry")
	}
	cache.Reset(mac, nil)
	if advert(&cache, 0, otherMAC, true, true); cache.find(peer6) != nil {
		t.Error("an advertisement that nobody asked for makes an entry")
	}
}

func TestMessagesFromBeyondTheLink(t *testing.T) {
	var c Cache
	c.Reset(mac, nil)
	c.Resolve(0, path6, []byte("x"))
	h := wire.IPv6{HopLimit: 254, Src: peer6.As16(), Dst: own6.As16()}
	n := wire.Neighbor{Advertises: true, Target: peer6.As16(), Link: theirMAC, HasLink: true, Solicited: true}
	c.HandleNeighbor(0, &h, &n, owns6, func(ip.Path, []byte) { t.Error("a message with hop limit 254 is believed") })
	if c.find(peer6).state != incomplete {
		t.Error("a message with hop limit 254 changes the entry")
	}
}

func TestSolicitationsAreAnswered(t *testing.T) {
	any, group := netip.IPv6Unspecified(), ip.SolicitedNode(own6)
	for _, c := range []struct {
		name     string
		src, dst netip.Addr
		target   netip.Addr
		link     bool
		to       netip.Addr // of the answer, or none
		asked    bool
	}{
		{"from a neighbour", peer6, group, own6, true, peer6, true},
		{"from a neighbour, to the host alone", peer6, own6, own6, true, peer6, true},
		{"from one that says no address", peer6, own6, own6, false, netip.Addr{}, false},
		{"for another's", peer6, group, peer6, true, netip.Addr{}, false},
		{"from one that wants the address", any, group, own6, false, ip.AllNodes(), false},
		{"the same with an address", any, group, own6, true, netip.Addr{}, false},
		{"the same to the host alone", any, own6, own6, false, netip.Addr{}, false},
	} {
		var cache Cache
		cache.Reset(mac, nil)
		h := wire.IPv6{HopLimit: 255, Src: c.src.As16(), Dst: c.dst.As16()}
		n := wire.Neighbor{Target: c.target.As16(), Link: theirMAC, HasLink: c.link}
		cache.HandleNeighbor(0, &h, &n, owns6, func(ip.Path, []byte) {})
		_, out, answer, ok := said(t, &cache)
		if ok != c.to.IsValid() {
			t.Errorf("%s: answered %v, want %v", c.name, ok, c.to.IsValid())
		} else if ok && (out.Dst != c.to.As16() || out.Src != own6.As16() || answer.Solicited != c.asked || !answer.Override || answer.Link != mac) {
			t.Errorf("%s: the answer is %+v %+v", c.name, out, answer)
		}
	}
}

// RFC 4861 section 7.3.2: an old entry is used, and asked about after a while.
func TestOldEntryIsUsedAndAskedAbout(t *testing.T) {
	for _, p := range []struct {
		path ip.Path
		tell func(c *Cache)
	}{
		{path6, func(c *Cache) { advert(c, 0, theirMAC, true, true) }},
		{path, func(c *Cache) {
			a := wire.ARP{Op: wire.ARPReply, SenderMAC: theirMAC, SenderIP: peer.As4(), TargetIP: own.As4()}
			c.Handle(0, &a, func(netip.Addr) bool { return false }, func(ip.Path, []byte) {})
		}},
	} {
		var c Cache
		c.Reset(mac, nil)
		frame := make([]byte, 128)
		c.Resolve(0, p.path, nil)
		c.Next(frame)
		p.tell(&c)
		if got, ok := c.Resolve(reachableTime, p.path, nil); !ok || got != theirMAC {
			t.Fatalf("%v: an old entry gives %v %v, want its address", p.path.Dst, got, ok)
		}
		if at, ok := c.Deadline(); !ok || at != reachableTime+probeDelay {
			t.Fatalf("%v: the deadline is %v %v, want 5 s later", p.path.Dst, at, ok)
		}
		asked := 0
		for now := reachableTime; now < reachableTime+10*time.Second; now += time.Second {
			c.Expire(now, func(ip.Path, []byte) {})
			for _, ok := c.Next(frame); ok; _, ok = c.Next(frame) {
				if asked++; wire.MAC(frame[:6]) != theirMAC {
					t.Errorf("%v: asked %v, want the one that had the address", p.path.Dst, frame[:6])
				}
			}
		}
		if asked != probesMax || c.find(p.path.NextHop).state != failed {
			t.Errorf("%v: asked %d times, state %d; want %d and that it failed", p.path.Dst, asked, c.find(p.path.NextHop).state, probesMax)
		}
	}
}
