//go:build !js

package api

// Specs are all endpoints there are, in order of declaration; what is not listed is not served. A browser's program does
// without the list, so that it holds only those that it calls.
func Specs() []Spec {
	return []Spec{
		ListUnits.Spec, CreateUnit.Spec, RenameUnit.Spec, DeleteUnit.Spec, ListPrograms.Spec, CreateProgram.Spec,
		UpdateProgram.Spec, DeleteProgram.Spec, ListPurposes.Spec, ListStaffUnits.Spec, CreateStaffUnit.Spec,
		RenameStaffUnit.Spec, DeleteStaffUnit.Spec, ListStaffPrograms.Spec, CreateStaffProgram.Spec,
		UpdateStaffProgram.Spec, DeleteStaffProgram.Spec, ListStaffPurposes.Spec, CreatePurpose.Spec,
		UpdatePurpose.Spec, MovePurpose.Spec,
		RevealAccountCode.Spec, RevealContactCode.Spec, KeepAccountCode.Spec, ReleaseCode.Spec, GenerateCode.Spec,
		ListCodeActivity.Spec, GetMyCode.Spec, RevealMyCode.Spec, SetMyCode.Spec, MakePhrase.Spec,
		DenyVerification.Spec,
		ListContacts.Spec, GetContact.Spec, CreateContact.Spec, UpdateContact.Spec, ResendInvitation.Spec,
		CancelInvitation.Spec, GetViewAs.Spec, ListStaffContacts.Spec, DeleteContact.Spec,
		GetHome.Spec, ListAudit.Spec, VerifyAudit.Spec, ExportAudit.Spec,
		AddNumberList.Spec, DeleteNumberList.Spec, AddNumberFile.Spec, DeleteNumberFile.Spec, PutJobPart.Spec,
		GetJobUpload.Spec, RunJob.Spec, CancelJob.Spec, GetJob.Spec, ListJobs.Spec, GetJobResults.Spec,
		GetRejectedFile.Spec, PreviewNumberFile.Spec,
		GetMe.Spec, UpdateSettings.Spec, StepUp.Spec, ListSignIns.Spec, EndSignIn.Spec, SignOut.Spec,
		ChangePassword.Spec, StartFactor.Spec, ConfirmFactor.Spec, RemoveFactor.Spec, NewRecoveryCodes.Spec,
		Live.Spec,
		ListNumbers.Spec, ListAllNumbers.Spec, ListNumberChanges.Spec, ListRemovedNumbers.Spec, GetNumber.Spec, EditNumbers.Spec, ExportNumbers.Spec,
		ListStaffNumbers.Spec,
		GetOwnership.Spec, OfferOwnership.Spec, WithdrawOwnership.Spec, AcceptOwnership.Spec, DeclineOwnership.Spec,
		GetProfile.Spec, UpdateProfile.Spec, ListFields.Spec, ListStaffFields.Spec, DefineField.Spec,
		UpdateField.Spec, MoveField.Spec,
		GetRemoteSupport.Spec, ListAccessHistory.Spec, ListSupportActivity.Spec, ApproveAccess.Spec,
		RejectAccess.Spec, RevokeAccess.Spec, ChangeAccessEnd.Spec, ApproveMoreTime.Spec, RejectMoreTime.Spec,
		InviteSupport.Spec, SetManagedBy.Spec, DeclineProposal.Spec, SetMaximum.Spec, GetSupportView.Spec,
		TellViewing.Spec, LeaveSupport.Spec, AskMoreTime.Spec,
		SearchOrganizations.Spec, GetFound.Spec, RequestAccess.Spec, WithdrawAccess.Spec, EnterSupport.Spec,
		EnterManaged.Spec, FinishAccess.Spec, LeadRevokeAccess.Spec, ProposeManagedBy.Spec, CreateOrganization.Spec,
		SetOrganizationState.Spec, ListStaff.Spec, InviteStaff.Spec, UpdateStaff.Spec, ResendStaffInvitation.Spec,
		ListStaffAudit.Spec,
		SyncPush.Spec, SyncPull.Spec, SyncChunk.Spec, ListAttention.Spec, ResolveAttention.Spec,
		ListSyncDevices.Spec,
		StartVerification.Spec, ListCalls.Spec, GetCall.Spec, CheckCaller.Spec, CloseVerification.Spec,
		RecordMinorChange.Spec, AskChange.Spec, WithdrawChange.Spec, ListChanges.Spec, ApproveChange.Spec,
		RejectChange.Spec,
		ListServices.Spec, ListDomains.Spec, AssignServiceContact.Spec, AssignDomainContact.Spec, CancelService.Spec,
		CancelDomain.Spec, TakeBackChange.Spec, ListCandidates.Spec, GetRecipients.Spec, ListStaffServices.Spec, GetStaffRecipients.Spec,
		ListTickets.Spec, GetTicketChoices.Spec, GetTicket.Spec, OpenTicket.Spec, ReplyTicket.Spec, CloseTicket.Spec, ReopenTicket.Spec,
		SetTicketCopies.Spec, TellWriting.Spec, UploadFile.Spec, DropFile.Spec, GetFile.Spec,
		ListStaffTickets.Spec, GetStaffTicket.Spec, ReplyStaffTicket.Spec, NoteTicket.Spec, SetTicket.Spec, TellStaffWriting.Spec,
		UploadStaffFile.Spec, DropStaffFile.Spec, GetStaffFile.Spec, ListCanned.Spec, CreateCanned.Spec, UpdateCanned.Spec, DeleteCanned.Spec,
		ListInvoices.Spec, GetInvoice.Spec, PayInvoice.Spec, ListStaffInvoices.Spec,
		ListWebhooks.Spec, CreateWebhook.Spec, UpdateWebhook.Spec, DeleteWebhook.Spec, RollWebhookSecret.Spec,
		TestWebhook.Spec, ListDeliveries.Spec, Redeliver.Spec,
	}
}
