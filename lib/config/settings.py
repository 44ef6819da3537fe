"""The product's settings: one class, read from the environment and `.env`.

Every field is documented here and mirrored, with the same name, in `.env.example`
(a test compares the two). Nothing else in the product reads the environment.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, Self, TypeVar

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from lib.config.clerk_keys import account_portal_origin, frontend_api_host, is_organization_claim
from lib.config.values import (
    Origin,
    Pem,
    ReceiverUrl,
    RoleCredentials,
    SecretWords,
    SigningSecret,
    Words,
    is_loopback,
    refuse_placeholder,
)
from lib.product.lifetimes import (
    PLAYBACK_URL,
    PRIVACY_WINDOW,
    PRIVACY_WINDOW_LONGEST,
    SIGNED_URL_LONGEST,
)

T = TypeVar("T")
InstanceType = Literal["production", "development"]
StorageRole = Literal["reader", "ingest", "analysis", "probe", "retention", "admin"]


class Settings(BaseSettings):
    """Settings of one Earshot process. Durations are seconds unless the name says otherwise.

    Raises:
        pydantic.ValidationError: a value is missing, malformed or contradicts another; the
            message names the variable.
    """

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        hide_input_in_errors=True,
        populate_by_name=True,
    )

    # --- The app ---------------------------------------------------------------------------
    app_url: Origin = Field(
        "http://localhost:8501",
        alias="EARSHOT_APP_URL",
        description="Public origin of the dashboard, as the browser sees it.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", alias="EARSHOT_LOG_LEVEL", description="Lowest level that is logged."
    )
    trusted_proxies: Words = Field(
        (),
        alias="EARSHOT_TRUSTED_PROXIES",
        description="Comma list of proxy addresses or networks whose X-Forwarded-* are believed.",
    )

    # --- Clerk -----------------------------------------------------------------------------
    clerk_publishable_key: str = Field(
        alias="CLERK_PUBLISHABLE_KEY", description="pk_live_... or pk_test_..."
    )
    clerk_secret_key: SecretStr = Field(
        alias="CLERK_SECRET_KEY", description="sk_live_... or sk_test_..., of the same instance."
    )
    clerk_frontend_api_url: Origin = Field(
        "",
        alias="CLERK_FRONTEND_API_URL",
        description="Origin of the Frontend API and issuer of tokens; default from the key.",
    )
    clerk_api_url: Origin = Field(
        "https://api.clerk.com",
        alias="CLERK_API_URL",
        description="Origin of the Backend API (without /v1).",
    )
    clerk_sign_in_url: str = Field(
        "",
        alias="CLERK_SIGN_IN_URL",
        description="Sign-in page; default is the Account Portal's, derived from the key.",
    )
    clerk_jwt_key: Pem | None = Field(
        None,
        alias="CLERK_JWT_KEY",
        description="PEM public key of the instance: verification without network.",
    )
    clerk_authorized_parties: Words = Field(
        (),
        alias="CLERK_AUTHORIZED_PARTIES",
        description="Comma list of origins accepted in `azp`; default EARSHOT_APP_URL.",
    )
    clerk_webhook_secret: SecretStr | None = Field(
        None, alias="CLERK_WEBHOOK_SECRET", description="whsec_... of the webhook endpoint."
    )
    role_claim: str = Field(
        "role",
        alias="EARSHOT_ROLE_CLAIM",
        description="Claim that holds the role; dots go into objects (for instance o.rol).",
    )
    organization_id: str = Field(
        "",
        alias="EARSHOT_ORGANIZATION_ID",
        description="Clerk organization of the team: only its members have roles. Needed if "
        "EARSHOT_ROLE_CLAIM is a role in an organization.",
    )
    convex_token_mode: Literal["integration", "template"] = Field(
        "integration",
        alias="EARSHOT_CONVEX_TOKEN_MODE",
        description="integration: the session token itself has aud convex; template: a JWT "
        "template named convex.",
    )
    on_user_deleted: Literal["erase", "keep"] = Field(
        "erase",
        alias="EARSHOT_ON_USER_DELETED",
        description="What a user's deletion at Clerk starts: erase everything about them, or keep "
        "it and only mark them deleted.",
    )
    cookie_keys: SecretWords = Field(
        alias="EARSHOT_COOKIE_KEYS",
        description="Comma list of keys (32+ characters) of the app-session cookie; the first "
        "signs, all verify. The same on every replica.",
    )
    outage_grace_seconds: int = Field(
        300,
        ge=0,
        le=3600,
        alias="EARSHOT_OUTAGE_GRACE_SECONDS",
        description="How long a session stays open after its last good check while Clerk's API "
        "cannot be reached.",
    )

    # --- Service tokens --------------------------------------------------------------------
    service_key: Pem | None = Field(
        None,
        alias="EARSHOT_SERVICE_KEY",
        description="RSA private key, PEM (several, newest first, while rotating): signs tokens "
        "of machines.",
    )
    service_issuer: str = Field(
        "https://earshot.internal/service",
        alias="EARSHOT_SERVICE_ISSUER",
        description="`iss` of service tokens; also in Convex's environment.",
    )

    # --- Convex ----------------------------------------------------------------------------
    convex_url: Origin = Field(alias="CONVEX_URL", description="Deployment URL.")
    convex_timeout_seconds: float = Field(
        5.0,
        gt=0,
        le=60,
        alias="EARSHOT_CONVEX_TIMEOUT_SECONDS",
        description="Deadline of one call to Convex, retries included.",
    )

    # --- Object storage --------------------------------------------------------------------
    s3_endpoint_url: str | None = Field(
        None, alias="S3_ENDPOINT_URL", description="Empty for AWS itself."
    )
    s3_region: str = Field("us-east-1", alias="S3_REGION", description="Signing region.")
    s3_bucket: str = Field(alias="S3_BUCKET", description="Bucket of the recordings.")
    s3_access_key_id: str | None = Field(
        None,
        alias="S3_ACCESS_KEY_ID",
        description="Default credentials; empty: the AWS default chain.",
    )
    s3_secret_access_key: SecretStr | None = Field(
        None, alias="S3_SECRET_ACCESS_KEY", description="Secret of S3_ACCESS_KEY_ID."
    )
    s3_role_credentials: RoleCredentials[StorageRole] = Field(
        default_factory=dict,
        alias="S3_ROLE_CREDENTIALS",
        description='JSON object role -> "ACCESS:SECRET" for least privilege; roles left out '
        "use the default credentials.",
        repr=False,
    )
    signed_url_seconds: int = Field(
        int(PLAYBACK_URL.total_seconds()),
        ge=5,
        le=int(SIGNED_URL_LONGEST.total_seconds()),
        alias="EARSHOT_SIGNED_URL_SECONDS",
        description="Life of a playback URL.",
    )
    privacy_window_days: int = Field(
        PRIVACY_WINDOW.days,
        ge=1,
        le=PRIVACY_WINDOW_LONGEST.days,
        alias="EARSHOT_PRIVACY_WINDOW_DAYS",
        description="Recordings older than this are deleted; transcripts are kept.",
    )

    # --- Worker ----------------------------------------------------------------------------
    worker: Literal["inside", "apart"] = Field(
        "inside",
        alias="EARSHOT_WORKER",
        description="Where background jobs run: in the app, or apart as `python -m lib worker`.",
    )

    # --- Alerts ----------------------------------------------------------------------------
    alert_webhook_url: ReceiverUrl | None = Field(
        None,
        alias="EARSHOT_ALERT_WEBHOOK_URL",
        description="Where alerts are posted as JSON, signed with EARSHOT_ALERT_WEBHOOK_SECRET.",
    )
    alert_webhook_secret: SigningSecret | None = Field(
        None,
        alias="EARSHOT_ALERT_WEBHOOK_SECRET",
        description="whsec_ and 24 to 64 random bytes in base64: signs what is posted.",
    )
    alert_slack_url: ReceiverUrl | None = Field(
        None,
        alias="EARSHOT_ALERT_SLACK_URL",
        description="Incoming webhook of Slack, or of what understands its messages.",
    )

    # --- Smoke test ------------------------------------------------------------------------
    smoke_user: str = Field(
        "",
        alias="EARSHOT_SMOKE_USER",
        description="Clerk id of the team member that `make smoke` signs in; empty: one is made "
        "for each run and deleted.",
    )

    # --- Demo ------------------------------------------------------------------------------
    demo: bool = Field(
        False,
        alias="EARSHOT_DEMO",
        description="Load demo data; refused with any URL that is not loopback.",
    )

    @field_validator("*", mode="before")
    @classmethod
    def _own_value(cls, value: T) -> T:
        refuse_placeholder(value)
        return value

    @model_validator(mode="after")
    def _whole_credentials(self) -> Self:
        if bool(self.s3_access_key_id) != bool(self.s3_secret_access_key):
            raise ValueError("S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY belong together: set both")
        return self

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        publishable, secret = self.clerk_publishable_key, self.clerk_secret_key.get_secret_value()
        host = frontend_api_host(publishable)
        kinds = {"pk_live": "sk_live_", "pk_test": "sk_test_"}
        if not secret.startswith(kinds[publishable[:7]]):
            raise ValueError(
                "CLERK_PUBLISHABLE_KEY and CLERK_SECRET_KEY are of different instances: "
                f"{publishable[:8]}... needs {kinds[publishable[:7]]}..."
            )
        if not self.clerk_frontend_api_url:
            self.clerk_frontend_api_url = f"https://{host}"
        if not self.clerk_sign_in_url:
            self.clerk_sign_in_url = f"{account_portal_origin(host)}/sign-in"
        if not self.clerk_authorized_parties:
            self.clerk_authorized_parties = (self.app_url,)
        if not self.cookie_keys or any(len(k.get_secret_value()) < 32 for k in self.cookie_keys):  # noqa: PLR2004
            raise ValueError("EARSHOT_COOKIE_KEYS: each key needs at least 32 characters")
        if is_organization_claim(self.role_claim) and not self.organization_id:
            raise ValueError("EARSHOT_ORGANIZATION_ID is needed: anybody may found an organization")
        if self.alert_webhook_url is not None and self.alert_webhook_secret is None:
            raise ValueError("EARSHOT_ALERT_WEBHOOK_SECRET is needed: alerts are always signed")
        if self.demo:
            urls = [self.clerk_api_url, self.convex_url, self.s3_endpoint_url or "https://aws"]
            foreign = [url for url in urls if not is_loopback(url)]
            if foreign:
                raise ValueError(f"EARSHOT_DEMO is refused with real services: {foreign[0]}")
        return self

    @property
    def instance_type(self) -> InstanceType:
        """Kind of the Clerk instance, decided by the publishable key."""
        return "production" if self.clerk_publishable_key.startswith("pk_live_") else "development"


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """Return the settings of this process, read once."""
    return Settings()
