import * as pulumi from "@pulumi/pulumi";

// In your own program this is the `id` of a server that it creates, for instance with @upcloud/pulumi-upcloud.
export const mailServer = new pulumi.Config().require("mailServer");
