package judge

import (
	"fmt"
	"net/netip"
	"strconv"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/diffcheck/target"
	"github.com/connspec/connspec/hwtarget/lab"
	"github.com/connspec/connspec/model"
)

// environment turns a change of the environment into labels: one for each change
// that the model knows, which may be none.
func (j *Judge) environment(e *script.Env) {
	switch e.Kind {
	case script.EnvSleep:
		j.moment(model.LabelAdvance)
	case script.EnvRouteAdd, script.EnvRouteDel:
		j.reroute(e)
	case script.EnvLinkDown, script.EnvLinkUp, script.EnvAddrDel, script.EnvAddrAdd:
		j.moment(model.LabelEnv).label.Change = interfaceChange(e)
	case script.EnvLinkMTU:
		l := &j.moment(model.LabelEnv).label
		if mtu, err := strconv.ParseUint(e.Value, 10, 16); err == nil && e.Name == "" {
			l.Change, l.MTU = model.LinkMTU, uint16(mtu)
		}
	case script.EnvNeighAdd, script.EnvNeighDel:
		j.moment(model.LabelEnv).label.Change = neighborChange(e)
	case script.EnvFilterAdd:
		j.filter(e)
	case script.EnvFilterFlush:
		j.moment(model.LabelEnv).label.Change = model.FilterGone
	case script.EnvFile:
		j.moment(model.LabelEnv).label.File = j.names.unix.change(&e.File)
	case script.EnvSysctl:
		j.moment(model.LabelEnv).label.Change = j.names.sysctl(e)
	default:
		j.moment(model.LabelEnv)
	}
}

// rangeMany is how wide a range of ports is that no script of the model's size
// uses up.
const rangeMany = 1000

// sysctl is the change, if the model knows it: whether there is Fast Open for
// clients (bit 0), and none for listeners (bit 1); the range of ports to choose
// from, and those of it that are not to be chosen; whether connect chooses a port that
// lies in TIME-WAIT.
func (n *names) sysctl(e *script.Env) model.Change {
	switch e.Name {
	case "net.ipv4.tcp_fastopen":
		switch e.Value {
		case "0":
			return model.FastOpenOff
		case "1":
			return model.FastOpenOn
		}
	case "net.ipv4.ip_local_reserved_ports":
		switch e.Value {
		case "0":
			return model.PortsFree
		case strconv.Itoa(int(n.choice)): // the one port that there is to choose
			return model.PortsReserved
		}
	case "net.ipv4.ping_group_range":
		switch e.Value {
		case "0 0": // the group of a lab's process
			return model.PingOn
		case "1 0":
			return model.PingOff
		}
	case "net.ipv4.tcp_tw_reuse":
		switch e.Value {
		case "0":
			return model.ReuseNone
		case "1":
			return model.ReuseAll
		case "2":
			return model.ReuseNear
		}
	case "net.ipv4.ip_local_port_range":
		var low, high int
		switch fields, err := fmt.Sscanf(e.Value, "%d %d", &low, &high); {
		case err != nil || fields != 2:
		case low == high:
			n.choice, n.low, n.high = uint16(low), low, high
			return model.PortsOne
		case high-low >= rangeMany:
			n.low, n.high = low, high
			return model.PortsMany
		}
	}
	return model.ChangeUnknown
}

// portRange is what a value of IP_LOCAL_PORT_RANGE comes to.
func (n *names) portRange(value int32) int32 {
	low, high := uint16(value), uint16(uint32(value)>>16)
	switch {
	case value == 0, low == high && (int(low) < n.low || int(low) > n.high): // inet_sk_get_local_port_range
		return model.RangeNone
	case low != 0 && high != 0 && low > high:
		return model.RangeReversed
	case low != high || n.choice != 0 && n.choice != low:
		return model.RangeMany
	}
	n.choice = low
	return model.RangeOne
}

// filter is a rule of the firewall.
func (j *Judge) filter(e *script.Env) {
	l := &j.moment(model.LabelEnv).label
	f, err := script.ParseFilter(e.Name, e.Value)
	if err != nil {
		return
	}
	l.Change = model.FilterIn
	if f.Out {
		l.Change = model.FilterOut
	}
	if l.Addr = class(f.Addr); f.Six {
		l.Addr = filtered6(f.Addr)
	}
	l.Filter = model.Filter{Six: f.Six, Addr: l.Addr, Does: model.DoesDrop}
	switch f.Does {
	case script.DoesReject:
		l.Filter.Does = model.DoesReject0 + model.Does(f.Code)
	case script.DoesReset:
		l.Filter.Does = model.DoesReset
	}
	switch f.Proto {
	case script.ProtoTCP:
		l.Filter.Proto = model.ProtoTCP
	case script.ProtoUDP:
		l.Filter.Proto = model.ProtoUDP
	}
}

// filtered6 is the class of the far end in a rule of IPv6.
func filtered6(a netip.Addr) model.Addr {
	if !a.IsValid() {
		return model.AddrAny
	}
	return class6(a)
}

// neighborChange is whether somebody answers for the gateway.
func neighborChange(e *script.Env) model.Change {
	gone := e.Kind == script.EnvNeighDel
	switch {
	case e.Value == lab.Gateway.String() && gone:
		return model.NeighborGone
	case e.Value == lab.Gateway.String():
		return model.NeighborBack
	case e.Value == lab.Gateway6.String() && gone:
		return model.NeighborGone6
	case e.Value == lab.Gateway6.String():
		return model.NeighborBack6
	}
	return model.ChangeUnknown
}

// interfaceChange is a change of an interface or its address.
func interfaceChange(e *script.Env) model.Change {
	switch {
	case e.Kind == script.EnvLinkDown && e.Name == "":
		return model.LinkDown
	case e.Kind == script.EnvLinkUp && e.Name == "":
		return model.LinkUp
	case e.Kind == script.EnvLinkDown:
		return model.LoopbackDown
	case e.Kind == script.EnvLinkUp:
		return model.LoopbackUp
	case e.Name == "" && e.Value == lab.Own6.String():
		if e.Kind == script.EnvAddrDel {
			return model.AddrGone6
		}
		return model.AddrBack6
	case e.Name != "" || e.Value != lab.Own.String():
		return model.ChangeUnknown
	case e.Kind == script.EnvAddrDel:
		return model.AddrGone
	}
	return model.AddrBack
}

// reroute tells of each class of addresses whose route changes.
func (j *Judge) reroute(e *script.Env) {
	var before [model.AddrCount]model.Change
	for c := range before {
		before[c] = routeTo(&j.routes, model.Addr(c))
	}
	if j.routes.Apply(e) != nil {
		j.moment(model.LabelEnv)
		return
	}
	noticed := false
	for i := range before {
		c := model.Addr(i)
		now := routeTo(&j.routes, c)
		if now == before[c] {
			continue
		}
		if now == labRoutes[c] {
			now = model.RoutePlanned
		}
		m := j.moment(model.LabelEnv)
		m.label.Change, m.label.Addr = now, c
		noticed = true
	}
	if e.Six() && !noticed { // a socket that is bound to an interface may go by it all the same
		j.moment(model.LabelEnv)
	}
}

// follows says whether the routing table decides where packets to a class of
// addresses go: those of the host itself, directed broadcasts and IPv6's groups have
// their routes in the table local.
func follows(c model.Addr) bool {
	switch c {
	case model.AddrSubnetBroadcast, model.AddrLoopbackBroadcast, model.AddrUnknown, model.AddrGroupLink, model.AddrGroupSite, model.AddrGroupGlobal:
		return false
	}
	return c >= model.AddrRemote1 && c != model.AddrAnyMapped && !c.Local()
}

// changeOf is the change that gives a class a route of the kind.
var changeOf = [...]model.Change{
	lab.Unicast: model.RouteUnicast, lab.Unreachable: model.RouteUnreachable, lab.Prohibit: model.RouteProhibit,
	lab.Blackhole: model.RouteBlackhole, lab.Throw: model.RouteGone,
}

// routeTo is what the routes have for a class of addresses.
func routeTo(routes *target.Routes, c model.Addr) model.Change {
	if !follows(c) {
		return model.RoutePlanned
	}
	r, ok := routes.To(classes[c])
	if !ok {
		return model.RouteGone
	}
	return changeOf[r.Kind]
}

// labRoutes is the same for the lab before any change.
var labRoutes = func() (planned [model.AddrCount]model.Change) {
	for c := range planned {
		planned[c] = routeTo(new(target.Routes), model.Addr(c))
	}
	return planned
}()
