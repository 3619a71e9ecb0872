"""What Django keeps: accounts and what belongs to them. Trial data is on the ledger (``capture.store``)."""

from __future__ import annotations

from typing import ClassVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from lupustrial.capture._encryption import derived_keys


class AccountManager(BaseUserManager["Account"]):
    """Makes accounts."""

    def create_user(self, username: str, full_name: str, password: str | None = None) -> Account:
        """Make an account; without a password nobody can sign in to it until one is set by a link."""
        account = self.model(username=username, full_name=full_name)
        account.set_password(password)
        account.password_set = None if password is None else timezone.now()
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser):
    """Somebody who can sign in. What he or she may do stands in grants on the ledger, not here.

    `username` is the id by which the ledger names the person; it is never changed or given to somebody else.
    `signing_public` is the Ed25519 key that verifies signatures (hexadecimal); `signing_private` is the other
    half, encrypted under the person's password.
    """

    username = models.CharField(max_length=60, unique=True)
    full_name = models.CharField(max_length=200)
    email = models.TextField(blank=True, default="")  # encrypted
    is_active = models.BooleanField(default=True)
    password_set = models.DateTimeField(null=True)
    signing_public = models.CharField(max_length=64, blank=True, default="")
    signing_private = models.TextField(blank=True, default="")
    language = models.CharField(max_length=10, default="en")
    created = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[AccountManager] = AccountManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]

    def __str__(self) -> str:
        """Return the id by which the ledger names the account."""
        return self.username

    def get_full_name(self) -> str:
        """Return the name as it is shown."""
        return self.full_name


class Authenticator(TOTPDevice):  # type: ignore[misc]  # django_otp ships no types
    """An app that shows codes (RFC 6238); its secret is encrypted for the account (AES-SIV, RFC 5297)."""

    class Meta:
        """The table is django_otp's."""

        proxy = True

    @property
    def bin_key(self) -> bytes:
        """The secret, decrypted; ValueError where its key is not here."""
        for key in derived_keys(settings.CONFIG.keys, "authenticator"):
            try:
                return AESSIV(key).decrypt(bytes.fromhex(self.key), [str(self.user_id).encode()])
            except InvalidTag:
                continue
        raise ValueError("the secret of an authenticator cannot be read: its key is not here")

    def keep(self, secret: bytes) -> None:
        """Take a secret of 20 bytes, encrypted; the device is not yet stored."""
        under = AESSIV(derived_keys(settings.CONFIG.keys, "authenticator")[0])
        self.key = under.encrypt(secret, [str(self.user_id).encode()]).hex()


class OneTimeLink(models.Model):
    """A link by which an account sets its password, once. Only the hash of its secret is kept."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    digest = models.CharField(max_length=64, unique=True)
    made = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()
    used = models.DateTimeField(null=True)

    def __str__(self) -> str:
        """Name the account; never the link."""
        return f"link of {self.account}"


class Draft(models.Model):
    """What somebody typed into a page and has not saved; encrypted, and gone once it is saved or dropped."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    place = models.CharField(max_length=200)
    revision = models.BigIntegerField()
    body = models.BinaryField()
    saved = models.DateTimeField(auto_now=True)

    class Meta:
        """One draft a person and page."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "place"], name="one_draft_a_page")
        ]

    def __str__(self) -> str:
        """Name the account and the page."""
        return f"draft of {self.account}, {self.place}"


class ApiToken(models.Model):
    """A token for programs. It acts in one role of its owner; only the hash of its secret is kept."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    role = models.CharField(max_length=60)
    made = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()
    ended = models.DateTimeField(null=True)
    last_used = models.DateTimeField(null=True)

    def __str__(self) -> str:
        """Name the account and the purpose; never the token."""
        return f"token {self.name} of {self.account}"
