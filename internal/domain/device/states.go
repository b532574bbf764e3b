package device

import (
	"chaski/internal/domain/actor"
	"chaski/internal/domain/states"
)

const manages = string(actor.ManagePeople)

// Devices are the phones and browsers with a replica. What was wiped holds
// nothing any more and comes back as another.
var Devices = &states.Machine{
	Name: "devices", Initial: []string{string(Active)},
	States: []states.State{{Name: string(Active), End: true}, {Name: string(Revoked)}, {Name: string(Wiping)}, {Name: string(Wiped), End: true}},
	Moves: []states.Move{
		{Act: string(Revoke), From: string(Active), To: string(Revoked), By: manages, Reason: true},
		{Act: string(Restore), From: string(Revoked), To: string(Active), By: manages, Reason: true},
		{Act: string(Restore), From: string(Wiping), To: string(Active), By: manages, Reason: true},
		{Act: string(Wipe), From: string(Active), To: string(Wiping), By: manages, Reason: true},
		{Act: string(Wipe), From: string(Revoked), To: string(Wiping), By: manages, Reason: true},
		{Act: "borrarse", From: string(Wiping), To: string(Wiped), By: states.Server},
	},
}
